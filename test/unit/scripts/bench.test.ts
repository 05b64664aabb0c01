import { expect, it } from 'vitest';
import { formatTable } from '../../bench/support/bench';

it("a benchmark's table has a header, numbers to the right and words to the left", () => {
  const table = formatTable([
    { step: 'read', 'time ms': 1.234, records: 1000 },
    { step: 'lay out', 'time ms': 123.46, records: 98_547 },
  ]);
  expect(table).toBe(
    ['step     time ms  records', 'read        1.23     1000', 'lay out    123.5    98547'].join('\n'),
  );
});

it("a benchmark's table without rows is empty", () => {
  expect(formatTable([])).toBe('');
});
