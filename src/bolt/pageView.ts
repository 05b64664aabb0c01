import type { PageArea } from './layout';
import type { PageWindow, PageWindows } from './pageWindows';

const noBytes = Buffer.alloc(0);

/** The page that is being looked at: where its bytes are, and which of its elements can be trusted. Reused from page to page. */
export class PageView implements PageArea {
  buffer: Buffer = noBytes;
  start = 0;
  end = 0;
  /** Position in the file of the page header. */
  position = 0;
  /** Number of the page; for an inline bucket, of the page it stands in. */
  id = 0;
  count = 0;
  isLeaf = true;
  /** Whether the file ends before the page does. */
  isCut = false;
  /** A 1 for each element that can be trusted; `undefined` if that is all of them. */
  sound: Uint8Array | undefined;
  private window: PageWindow | undefined;

  constructor(private readonly windows: PageWindows) {}

  /** Looks at page `id` at `position`, with as many bytes as are at hand; at least its header, if the file has it. */
  show(id: number, position: number): void {
    this.release();
    this.id = id;
    this.take(this.windows.acquire(position), position);
  }

  /** Looks at the inline page that reaches from `start` to the end of `bytes`, on page `id` at `position`. */
  showInline(id: number, position: number, bytes: Buffer, start: number): void {
    this.release();
    this.id = id;
    this.position = position;
    this.buffer = bytes;
    this.start = start;
    this.end = bytes.length;
  }

  /** Makes exactly `length` bytes of the page visible, or fewer where the file ends before. */
  setLength(length: number): void {
    const { window, position } = this;
    if (this.end - this.start < length && window !== undefined && !window.reachesEnd) {
      this.windows.release(window);
      this.take(this.windows.acquireSpan(position, length), position);
    }
    this.isCut = this.end - this.start < length;
    this.end = Math.min(this.end, this.start + length);
  }

  /** Gives the bytes back; they may change from now on. */
  release(): void {
    if (this.window !== undefined) {
      this.windows.release(this.window);
      this.window = undefined;
    }
    this.buffer = noBytes;
    this.count = 0;
    this.isCut = false;
    this.sound = undefined;
  }

  private take(window: PageWindow, position: number): void {
    this.window = window;
    this.buffer = window.buffer;
    this.position = position;
    this.start = position - window.position;
    this.end = window.length;
  }
}
