const smallestCapacity = 1024;

/** Differs from run to run, so that no file can be made to put all its ids into one place of the table. */
const seed = Math.floor(Math.random() * 0x7fff_ffff);

/**
 * Numbers ids from 0 in the order in which they are first met, so that whatever walks links works on numbers.
 *
 * A table of its own rather than a `Map`, because an id that was met before is then found by its bytes in a page, without making
 * a string of them: each record of a cache is named by several others.
 */
export class IdTable {
  private readonly texts: string[] = [];
  /** Open addressing: for each place the hash of an id and its number plus one, or 0 and 0. */
  private places = new Int32Array(2 * smallestCapacity);

  /** How many ids were met. */
  get size(): number {
    return this.texts.length;
  }

  /** The one string of an id, which keeps copies from piling up. */
  text(number: number): string {
    return this.texts[number];
  }

  numberOf(id: string): number {
    let hash = seed;
    for (let at = 0; at < id.length; at++) {
      hash = mix(hash, id.charCodeAt(at));
    }
    let place = this.first(hash);
    while (this.places[place + 1] !== 0) {
      if (this.places[place] === hash && this.texts[this.places[place + 1] - 1] === id) {
        return this.places[place + 1] - 1;
      }
      place = this.next(place);
    }
    return this.add(id, hash, place);
  }

  /** The number of the id whose UTF-8 bytes stand between two places of a page. */
  numberAt(page: Buffer, start: number, end: number): number {
    let hash = seed;
    for (let at = start; at < end; at++) {
      if (page[at] > 0x7f) {
        return this.numberOf(page.toString('utf8', start, end));
      }
      hash = mix(hash, page[at]);
    }
    let place = this.first(hash);
    while (this.places[place + 1] !== 0) {
      if (this.places[place] === hash && isText(this.texts[this.places[place + 1] - 1], page, start, end)) {
        return this.places[place + 1] - 1;
      }
      place = this.next(place);
    }
    return this.add(page.toString('latin1', start, end), hash, place);
  }

  private first(hash: number): number {
    return (hash << 1) & (this.places.length - 1);
  }

  private next(place: number): number {
    return (place + 2) & (this.places.length - 1);
  }

  private add(id: string, hash: number, place: number): number {
    this.texts.push(id);
    this.places[place] = hash;
    this.places[place + 1] = this.texts.length;
    if (this.texts.length * 4 > this.places.length) {
      this.grow();
    }
    return this.texts.length - 1;
  }

  private grow(): void {
    const old = this.places;
    this.places = new Int32Array(old.length * 2);
    for (let at = 0; at < old.length; at += 2) {
      if (old[at + 1] !== 0) {
        let place = this.first(old[at]);
        while (this.places[place + 1] !== 0) {
          place = this.next(place);
        }
        this.places[place] = old[at];
        this.places[place + 1] = old[at + 1];
      }
    }
  }
}

/** FNV-1a with one more shift, since only the low bits choose the place. */
function mix(hash: number, code: number): number {
  const mixed = Math.imul(hash ^ code, 0x0100_0193);
  return mixed ^ (mixed >>> 15);
}

function isText(text: string, page: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) {
    return false;
  }
  for (let at = 0; at < text.length; at++) {
    if (text.charCodeAt(at) !== page[start + at]) {
      return false;
    }
  }
  return true;
}
