import type { Note } from '../../model/inventory';

/** How many notes of one kind are kept one by one. */
const keptOfKind = 20;

/** Collects notes; of faults that can come by the thousand it keeps the first ones and counts the others. */
export class NoteList {
  private readonly notes: Note[] = [];
  private readonly counts = new Map<string, { count: number; first: Note }>();

  add(note: Note): void {
    this.notes.push(note);
  }

  /** @param kind plural words that can follow a number, such as "values that are not JSON". */
  addOneOfMany(kind: string, note: Note): void {
    const seen = this.counts.get(kind);
    if (seen === undefined) {
      this.counts.set(kind, { count: 1, first: note });
    } else {
      seen.count++;
    }
    if ((seen?.count ?? 1) <= keptOfKind) {
      this.notes.push(note);
    }
  }

  addAll(other: NoteList): void {
    this.notes.push(...other.toArray());
  }

  toArray(): Note[] {
    const more = [...this.counts]
      .filter(([, { count }]) => count > keptOfKind)
      .map(([kind, { count, first }]): Note => {
        const message = `There are ${count - keptOfKind} more ${kind}.`;
        return { severity: first.severity, message, ...(first.file !== undefined && { file: first.file }) };
      });
    return [...this.notes, ...more];
  }
}
