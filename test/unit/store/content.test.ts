import { readdirSync, statSync, truncateSync, chmodSync, writeFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { digestOf, putText, readText } from '../../support/storeContent';
import { temporaryStore } from '../../support/storeFolder';

const refusal = (reason: string) => expect.objectContaining({ reason }) as unknown;

describe('the content store', () => {
  it('C1: keeps an upload whose size or digest is not as promised, to be gone on with', async () => {
    const { content } = await temporaryStore();
    const first = await content.writer({ ref: 'up' });
    await expect(content.writer({ ref: 'up' })).rejects.toEqual(refusal('unavailable'));
    await first.write(Buffer.from('hel'));
    await expect(first.commit({ digest: digestOf('hello') })).rejects.toEqual(refusal('failedPrecondition'));
    const second = await content.writer({ ref: 'up' });
    expect(second.offset).toBe(3);
    await expect(second.commit({ size: 5 })).rejects.toEqual(refusal('failedPrecondition'));
    const third = await content.writer({ ref: 'up' });
    await third.write(Buffer.from('lo'));
    await third.commit({ size: 5, digest: digestOf('hello') });
    expect(await readText(content, digestOf('hello'))).toBe('hello');
    const same = await content.writer({ ref: 'same' });
    await same.write(Buffer.from('hello'));
    await expect(same.commit()).rejects.toEqual(refusal('alreadyExists'));
    expect(await content.listIngests()).toEqual([]);
  });

  it('C2: lets another namespace have bytes that are here without sending them, unless it is isolated', async () => {
    const store = await temporaryStore();
    const digest = await putText(store.namespace('n1').content, 'shared bytes');
    const [n2, n3, alone] = ['n2', 'n3', 'n4'].map((name) =>
      store.namespace(name, name === 'n4' ? 'isolated' : 'shared'),
    );
    expect(n2.content.has(digest)).toBe(false);
    const ready = await n2.content.writer({ ref: 'r', digest, size: 12 });
    expect(ready.offset).toBe(12);
    await ready.commit();
    expect(n2.content.info(digest).size).toBe(12);
    const more = await n3.content.writer({ ref: 'r', digest });
    await more.write(Buffer.from('!'));
    const longer = await more.commit({ digest: digestOf('shared bytes!') });
    expect(longer.size).toBe(13);
    expect(await readText(n2.content, digest)).toBe('shared bytes');
    const isolated = await alone.content.writer({ ref: 'r', digest, size: 12 });
    expect(isolated.offset).toBe(0);
    await isolated.abort();
  });

  it('C3: reads a part, to the end, and nothing from behind the end', async () => {
    const { content } = await temporaryStore();
    const digest = await putText(content, 'blob partrue');
    expect(await readText(content, digest, { offset: 5, size: 3 })).toBe('par');
    expect(await readText(content, digest, { offset: 5, size: -1 })).toBe('partrue');
    await expect(content.reader(digest, { offset: 13 })).rejects.toEqual(refusal('outOfRange'));
    await expect(content.reader(digestOf('none'))).rejects.toEqual(refusal('notFound'));
  });

  it('stores a blob once, read-only, under its digest', async () => {
    const store = await temporaryStore();
    const digest = await putText(store.content, 'blob');
    const file = join(store.path, 'content/blobs/sha256', digest.slice(7));
    expect(statSync(file).mode & 0o777).toBe(0o444);
    expect(readdirSync(join(store.path, 'content/ingest'))).toEqual([]);
  });

  it('goes on with an upload after the store was closed', async () => {
    const store = await temporaryStore();
    const first = await store.content.writer({ ref: 'up', size: 10 });
    await first.write(Buffer.from('01234'));
    await first.close();
    await store.close();
    const again = await temporaryStore({}, store.path);
    expect(await again.content.ingestStatus('up')).toMatchObject({ ref: 'up', offset: 5, total: 10 });
    const second = await again.content.writer({ ref: 'up', size: 10 });
    await second.write(Buffer.from('56789'));
    expect((await second.commit()).digest).toBe(digestOf('0123456789'));
  });

  it('starts an upload again when it is truncated, or when it expects another size', async () => {
    const { content } = await temporaryStore();
    const first = await content.writer({ ref: 'up', size: 3 });
    await first.write(Buffer.from('xyz'));
    await first.truncate();
    expect(first.offset).toBe(0);
    await first.write(Buffer.from('ab'));
    await first.close();
    const second = await content.writer({ ref: 'up', size: 4 });
    expect(second.offset).toBe(0);
    await second.abort();
    await expect(content.abortIngest('up')).rejects.toEqual(refusal('notFound'));
  });

  it('changes labels one by one or all, and drops empty ones', async () => {
    const { content } = await temporaryStore();
    const digest = await putText(content, 'x', { labels: { a: '1', b: '2', c: '' } });
    expect(content.info(digest).labels).toEqual({ a: '1', b: '2' });
    expect(content.updateLabels(digest, { a: null, d: '4' }).labels).toEqual({ b: '2', d: '4' });
    expect(content.replaceLabels(digest, { e: '5' }).labels).toEqual({ e: '5' });
    expect(() => content.updateLabels(digest, { e: 'x'.repeat(4096) })).toThrow(refusal('invalid'));
    expect(content.info(digest).labels).toEqual({ e: '5' });
    expect(content.walk(['labels.e==5']).map((info) => info.digest)).toEqual([digest]);
    expect(content.walk(['labels.e==6'])).toEqual([]);
  });

  it('notices bytes that are cut off, changed or gone', async () => {
    const store = await temporaryStore();
    const digest = await putText(store.content, 'precious');
    const file = join(store.path, 'content/blobs/sha256', digest.slice(7));
    await store.content.verify(digest);
    chmodSync(file, 0o600);
    writeFileSync(file, 'previous');
    await expect(store.content.verify(digest)).rejects.toEqual(refusal('corrupt'));
    truncateSync(file, 3);
    await expect(store.content.reader(digest)).rejects.toEqual(refusal('corrupt'));
    rmSync(file);
    await expect(store.content.reader(digest)).rejects.toEqual(refusal('corrupt'));
  });

  it('takes content on trust without its bytes', async () => {
    const { content, leases } = await temporaryStore();
    leases.create('l');
    const digest = digestOf('elsewhere');
    content.trust({ digest, size: 9, labels: { a: 'b' }, lease: 'l' });
    expect(content.info(digest)).toMatchObject({ size: 9, labels: { a: 'b' } });
    expect(leases.holders({ type: 'content', id: digest })).toEqual(['l']);
    expect(() => content.trust({ digest, size: 9 })).toThrow(refusal('alreadyExists'));
    await expect(content.reader(digest)).rejects.toEqual(refusal('notFound'));
  });

  it.each(['', 'sha256:abc', `sha256:${'A'.repeat(64)}`, `sha1:${'a'.repeat(40)}`, '../../etc/passwd'])(
    'does not take %j for a digest',
    async (digest) => {
      const { content } = await temporaryStore();
      await expect(content.writer({ ref: 'x', digest })).rejects.toEqual(refusal('invalid'));
      expect(() => content.trust({ digest, size: 1 })).toThrow(refusal('invalid'));
    },
  );

  it('takes 64 parallel uploads of one blob as one', async () => {
    const { content } = await temporaryStore();
    const uploads = Array.from({ length: 64 }, async (_, n) => {
      const writer = await content.writer({ ref: `r${n}` });
      await writer.write(Buffer.from('same'));
      return writer.commit();
    });
    const results = await Promise.allSettled(uploads);
    const failed = results.filter((result) => result.status === 'rejected');
    expect(failed.map(({ reason }) => reason as unknown)).toEqual(
      Array(failed.length).fill(refusal('alreadyExists')),
    );
    expect(failed.length).toBeLessThan(64);
    expect(await readText(content, digestOf('same'))).toBe('same');
  });
});
