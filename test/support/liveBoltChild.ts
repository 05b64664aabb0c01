import { LiveBoltWriter } from './liveBoltWriter';

/**
 * Child process of the live test: commits until it is killed, each transaction with other records, all of which hold its number.
 * Arguments: file, records in each transaction, milliseconds to rest between transactions.
 */
function commitForever(path: string, records: number, restMs: number): void {
  const writer = new LiveBoltWriter(path);
  for (let number = 2; ; number++) {
    const count = records + (number % 5);
    writer.commit({
      entries: [
        [
          '_main',
          {
            entries: Array.from({ length: count }, (_, index) => [
              `record-${(index * 7919) % 100_003}`,
              {
                entries: [
                  ['number', String(number)],
                  ['count', String(count)],
                  ['filler', 'x'.repeat((index * number) % 900)],
                ],
              },
            ]),
          },
        ],
      ],
    });
    if (number === 2) {
      process.send?.('ready');
    }
    if (restMs > 0) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, restMs);
    }
  }
}

commitForever(process.argv[2], Number(process.argv[3]), Number(process.argv[4]));
