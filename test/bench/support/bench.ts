import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname } from 'node:path';

/** One line of a benchmark's table: a value for each column, numbers with the unit in the column's name ("time ms"). */
export type Row = Readonly<Record<string, string | number>>;

/** What a file test/bench/NAME.bench.ts exports. */
export interface Bench {
  /** What is measured, for a person. */
  readonly name: string;
  /** Measures, and gives the table's rows; every row has the same columns. */
  run(): Promise<readonly Row[]>;
}

/**
 * Runs a benchmark, prints its table and writes it as JSON, with the machine it was measured on.
 * @param file where the JSON goes
 */
export async function runBench(bench: Bench, file: string): Promise<void> {
  console.log(`\n${bench.name}`);
  const rows = await bench.run();
  console.log(formatTable(rows));
  const machine = {
    cpu: cpus()[0]?.model,
    cores: cpus().length,
    node: process.version,
    platform: process.platform,
  };
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, `${JSON.stringify({ name: bench.name, machine, rows }, null, 2)}\n`);
}

/** A table as text: a header, then a line for each row, numbers to the right. */
export function formatTable(rows: readonly Row[]): string {
  const columns = Object.keys(rows[0] ?? {});
  const cells = [columns, ...rows.map((row) => columns.map((column) => formatCell(row[column])))];
  const widths = columns.map((_, index) => Math.max(...cells.map((line) => line[index]?.length ?? 0)));
  const isNumeric = columns.map((column) => rows.every((row) => typeof row[column] === 'number'));
  const pad = (cell: string, index: number): string =>
    isNumeric[index] ? cell.padStart(widths[index] ?? 0) : cell.padEnd(widths[index] ?? 0);
  return cells.map((line) => line.map(pad).join('  ').trimEnd()).join('\n');
}

/** Three digits that count, and no more than two places. */
function formatCell(value: string | number | undefined): string {
  if (typeof value !== 'number') return value ?? '';
  return Number.isInteger(value) ? String(value) : value.toFixed(value < 10 ? 2 : 1);
}
