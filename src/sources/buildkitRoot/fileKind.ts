import { stat } from 'node:fs/promises';

/** What stands at a path, as far as one may look. */
export type FileKind = 'file' | 'directory' | 'other' | 'missing' | 'noPermission' | 'unreadable';

export async function fileKind(path: string): Promise<FileKind> {
  try {
    const found = await stat(path);
    return found.isFile() ? 'file' : found.isDirectory() ? 'directory' : 'other';
  } catch (error) {
    return failureKind(error);
  }
}

/** Why the operating system refused, in the three ways that matter here. */
export function failureKind(error: unknown): 'missing' | 'noPermission' | 'unreadable' {
  const code = errorCode(error);
  if (code === 'ENOENT' || code === 'ENOTDIR') {
    return 'missing';
  }
  return code === 'EACCES' || code === 'EPERM' ? 'noPermission' : 'unreadable';
}

/** The system's name for an error, such as `ENOENT`. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
