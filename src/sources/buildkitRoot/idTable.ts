/** Numbers ids from 0 in the order in which they are first met, so that whatever walks links works on numbers. */
export class IdTable {
  private readonly numbers = new Map<string, number>();
  private readonly texts: string[] = [];

  get size(): number {
    return this.texts.length;
  }

  numberOf(id: string): number {
    let number = this.numbers.get(id);
    if (number === undefined) {
      number = this.texts.length;
      this.numbers.set(id, number);
      this.texts.push(id);
    }
    return number;
  }

  /** The one string of an id, which keeps copies from piling up. */
  text(number: number): string {
    return this.texts[number];
  }
}
