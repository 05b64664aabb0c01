import * as vscode from 'vscode';
import type { CacheRecord } from '../model/record';

/** The only digest of a record, or the one the person picks. Says so when the record has none. */
export async function pickDigest(record: CacheRecord): Promise<string | undefined> {
  const digests = digestsOf(record);
  if (digests.length === 0) {
    void vscode.window.showInformationMessage(
      `Record ${record.id} has no digest: it was never exported or imported.`,
    );
    return undefined;
  }
  if (digests.length === 1) return digests[0].digest;
  const items = digests.map(({ label, digest }) => ({ label, detail: digest, digest }));
  const picked = await vscode.window.showQuickPick(items, {
    title: 'Copy which digest?',
    matchOnDetail: true,
  });
  return picked?.digest;
}

export function hasDigest(record: CacheRecord): boolean {
  return digestsOf(record).length > 0;
}

interface NamedDigest {
  readonly label: string;
  readonly digest: string;
}

function digestsOf({ blob, diffId, chainId, blobChainId }: CacheRecord): NamedDigest[] {
  return [
    { label: 'Blob', digest: blob },
    { label: 'Diff ID', digest: diffId },
    { label: 'Chain ID', digest: chainId },
    { label: 'Blob chain ID', digest: blobChainId },
  ].filter((it): it is NamedDigest => it.digest !== undefined && it.digest !== '');
}
