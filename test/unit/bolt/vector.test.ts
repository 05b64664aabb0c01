import { afterAll, describe, expect, it } from 'vitest';
import { readBolt } from '../../../src/bolt/readBolt';
import { dumpDatabase } from '../../support/boltDump';
import { ScratchFolder } from '../../support/boltFixture';

/** The bytes that are not zero of a database that bbolt wrote with pages of 1 KiB, by their offset in hexadecimal. */
const lines: Record<string, string> = {
  '000000': '00000000000000000400000000000000',
  '000010': 'edda0ced020000000004000000000000',
  '000020': '05000000000000000000000000000000',
  '000030': '06000000000000000700000000000000',
  '000040': '020000000000000061861c636175d215',
  '000400': '01000000000000000400000000000000',
  '000410': 'edda0ced020000000004000000000000',
  '000420': '03000000000000000000000000000000',
  '000430': '02000000000000000400000000000000',
  '000440': '010000000000000043515030b99a00c3',
  '000800': '02000000000000001000000000000000',
  '000c00': '03000000000000000200000000000000',
  '001000': '04000000000000000200010000000000',
  '001010': '0100000010000000020000006e000000',
  '001020': '61310000000000000000000000000000',
  '001030': '00000000000000000000020002000000',
  '001040': '000000000000200000000e0000000e00',
  '001050': '0000000000002c000000120000000000',
  '001060': '000063616368652e626c6f626f6e6c79',
  '001070': '7b2276616c7565223a747275657d6361',
  '001080': '6368652e657175616c4d757461626c65',
  '001400': '05000000000000000200010000000000',
  '001410': '01000000100000000500000010000000',
  '001420': '5f6d61696e0400000000000000000000',
  '001800': '06000000000000001000020000000000',
  '001810': '02000000000000000300000000000000',
};

const folder = new ScratchFolder();
afterAll(() => folder.remove());

describe('a database that bbolt wrote', () => {
  const bytes = Buffer.alloc(32_768);
  for (const [offset, digits] of Object.entries(lines)) {
    bytes.write(digits, parseInt(offset, 16), 'hex');
  }
  const path = folder.write('vector.db', bytes);

  it('shows its transaction, page size and free pages', async () => {
    const facts = await readBolt(path, (database) => [
      database.txid,
      database.pageSize,
      database.freePageCount(),
      database.fileSize,
    ]);
    expect(facts).toEqual([2n, 1024, 2, 32_768]);
  });

  it('shows its buckets and values, the inline bucket included', async () => {
    expect(await readBolt(path, (database) => [...dumpDatabase(database)])).toEqual([
      { b: ['_main'], seq: 0 },
      { b: ['_main', 'a1'], seq: 0 },
      { k: ['_main', 'a1', 'cache.blobonly'], v: '{"value":true}' },
      { k: ['_main', 'a1', 'cache.equalMutable'], v: '' },
    ]);
  });

  it('tells an empty value from none, and a value from a bucket', async () => {
    await readBolt(path, ({ root }) => {
      const main = root.bucket('_main');
      const record = main?.bucket('a1');
      expect(record?.path).toEqual(['_main', 'a1']);
      expect(record?.get('cache.equalMutable')).toEqual(Buffer.alloc(0));
      expect(record?.get('cache.blobonly')?.toString()).toBe('{"value":true}');
      expect(record?.get('cache.blob')).toBeUndefined();
      expect(record?.bucket('cache.blobonly')).toBeUndefined();
      expect(main?.get('a1')).toBeUndefined();
      expect(root.bucket('_index')).toBeUndefined();
    });
  });
});
