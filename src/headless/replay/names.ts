/** Ids of the replay: of one width, in order of making, and not to be found by chance in any other text. */
const ownId = /replayed-\d{8}/g;

/** Translates between the ids of a trace (`r0`, `r1` ...) and those of the replay, in both directions. */
export class Names {
  private made = 0;
  private readonly traced = new Map<string, string>();
  private readonly own = new Map<string, string>();

  /** A fresh id; ids grow. */
  readonly newId = (): string => `replayed-${String(this.made++).padStart(8, '0')}`;

  /** Notes that both mean the same record. @returns false if either is known to mean another */
  link(ownName: string, traceName: string): boolean {
    const known = this.traced.get(ownName);
    if (known !== undefined || this.own.has(traceName)) return known === traceName;
    this.traced.set(ownName, traceName);
    this.own.set(traceName, ownName);
    return true;
  }

  isKnown(traceName: string): boolean {
    return this.own.has(traceName);
  }

  /** Any text with the replay's ids replaced by the trace's. */
  toTrace(text: string): string {
    return text.replace(ownId, (id) => this.traced.get(id) ?? 'r?');
  }

  /** Any text with the trace's ids replaced by the replay's; unknown ones stay. */
  toOwn(text: string): string {
    return text.replace(/\br\d+\b/g, (name) => this.own.get(name) ?? name);
  }

  /** As `toOwn`, with a new id for each name not met before. */
  toOwnOrNew(text: string): string {
    const missing = text.match(/\br\d+\b/g) ?? [];
    for (const name of missing) if (!this.isKnown(name)) this.link(this.newId(), name);
    return this.toOwn(text);
  }

  /** The ids of the replay in `texts` that have no name yet, in order of making. */
  unnamed(texts: Iterable<string>): string[] {
    const found = new Set<string>();
    for (const text of texts)
      for (const id of text.match(ownId) ?? []) if (!this.traced.has(id)) found.add(id);
    return [...found].sort();
  }
}
