/** Appends numbers and texts to a buffer that grows. */
export class ByteWriter {
  private bytes = Buffer.allocUnsafe(512);
  length = 0;

  byte(value: number): void {
    this.reserve(1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128, any whole number up to 2^53. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.bytes[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.length++] = rest;
  }

  double(value: number): void {
    this.reserve(8);
    this.length = this.bytes.writeDoubleLE(value, this.length);
  }

  text(value: string): void {
    const most = value.length * 3;
    if (most < 0x80) {
      this.reserve(most + 1);
      const written = this.bytes.write(value, this.length + 1);
      this.bytes[this.length] = written;
      this.length += written + 1;
      return;
    }
    const length = Buffer.byteLength(value);
    this.varint(length);
    this.reserve(length);
    this.length += this.bytes.write(value, this.length);
  }

  blob(value: Uint8Array): void {
    this.varint(value.length);
    this.reserve(value.length);
    this.bytes.set(value, this.length);
    this.length += value.length;
  }

  /** Leaves room for what is known only later. */
  skip(count: number): void {
    this.reserve(count);
    this.length += count;
  }

  /** A copy of what was written. */
  finish(): Buffer {
    return Buffer.from(this.bytes.subarray(0, this.length));
  }

  private reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(this.bytes.length * 2, this.length + count));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

/** Reads what a `ByteWriter` wrote; a value that runs over the end is a RangeError. */
export class ByteReader {
  constructor(
    private readonly bytes: Buffer,
    private at: number,
    private readonly end: number,
  ) {}

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    const [start] = this.take(1);
    return this.bytes[start];
  }

  varint(): number {
    let value = 0;
    let scale = 1;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) break;
      scale *= 0x80;
      if (scale > Number.MAX_SAFE_INTEGER) throw new RangeError('A number is too long');
    }
    if (!Number.isSafeInteger(value)) throw new RangeError('A number is too large');
    return value;
  }

  double(): number {
    const [start] = this.take(8);
    return this.bytes.readDoubleLE(start);
  }

  text(): string {
    const [start, end] = this.take(this.varint());
    return this.bytes.toString('utf8', start, end);
  }

  blob(): Uint8Array {
    const [start, end] = this.take(this.varint());
    return Uint8Array.from(this.bytes.subarray(start, end));
  }

  private take(count: number): [start: number, end: number] {
    const start = this.at;
    const end = start + count;
    if (end > this.end) throw new RangeError('A value runs over the end');
    this.at = end;
    return [start, end];
  }
}
