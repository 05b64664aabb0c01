/** Counts changes and tells listeners of them, at most once per turn of the event loop. */
export class ChangeNotifier {
  private readonly listeners = new Set<() => void>();
  private scheduled = false;
  private count = 0;

  get revision(): number {
    return this.count;
  }

  onChange(listener: () => void): () => void {
    // Wrapped, so that one function registered twice is two listeners.
    const own = () => listener();
    this.listeners.add(own);
    return () => this.listeners.delete(own);
  }

  changed(): void {
    this.count++;
    if (this.scheduled || this.listeners.size === 0) return;
    this.scheduled = true;
    setImmediate(() => {
      this.scheduled = false;
      for (const listener of [...this.listeners]) listener();
    });
  }
}
