import type { BoltFile } from './boltFile';

/** A stretch of the file in memory. Its bytes stay as they are while anyone holds it. */
export interface PageWindow {
  readonly buffer: Buffer;
  /** Position in the file of the first byte of `buffer`. */
  position: number;
  /** Number of bytes of `buffer` that were read; fewer than its size at the end of the file. */
  length: number;
  /** Whether the file ends in this window. */
  reachesEnd: boolean;
  /** How many page views use the bytes now; a window that is in use is never filled anew. */
  holders: number;
}

/**
 * Pages that belong together lie scattered over the file, so larger windows mostly read in vain; more kept bytes
 * than these leave the processor's caches, which costs more than reading some windows twice.
 */
const windowSize = 16 * 1024;
const keptBytes = 2 * 1024 * 1024;

/**
 * Reads a file by parts: windows of 16 KiB (or one page, if pages are larger), of which the last used ones are kept, 2 MiB in all.
 * A file given as `resident` is one window.
 */
export class PageWindows {
  /** Windows by number, the longest unused first. */
  private readonly kept = new Map<number, PageWindow>();
  private readonly size: number;
  private readonly limit: number;
  private last: PageWindow | undefined;

  constructor(
    private readonly file: BoltFile,
    pageSize: number,
    private readonly resident: PageWindow | undefined,
  ) {
    this.size = Math.max(windowSize, pageSize);
    this.limit = Math.max(8, Math.floor(keptBytes / this.size));
  }

  /** The window that holds the byte at `position`, held for the caller until `release`. */
  acquire(position: number): PageWindow {
    const window = this.resident ?? this.find(position);
    window.holders++;
    return window;
  }

  /** A window of its own for `length` bytes from `position` on: for pages with overflow. */
  acquireSpan(position: number, length: number): PageWindow {
    const window = emptyWindow(length);
    this.fill(window, position);
    window.holders++;
    return window;
  }

  release(window: PageWindow): void {
    window.holders--;
  }

  private find(position: number): PageWindow {
    if (
      this.last !== undefined &&
      position >= this.last.position &&
      position < this.last.position + this.size
    ) {
      return this.last;
    }
    const number = Math.floor(position / this.size);
    let window = this.kept.get(number);
    if (window === undefined) {
      window = this.unusedWindow();
      this.fill(window, number * this.size);
    } else {
      this.kept.delete(number);
    }
    this.kept.set(number, window);
    this.last = window;
    return window;
  }

  /** Takes over the bytes of the longest unused window; one still in use is only forgotten here. */
  private unusedWindow(): PageWindow {
    if (this.kept.size >= this.limit) {
      for (const [number, window] of this.kept) {
        this.kept.delete(number);
        if (window.holders === 0) {
          return window;
        }
        break;
      }
    }
    return emptyWindow(this.size);
  }

  private fill(window: PageWindow, position: number): void {
    window.position = position;
    window.length = this.file.read(window.buffer, position);
    window.reachesEnd = window.length < window.buffer.length;
  }
}

function emptyWindow(size: number): PageWindow {
  return { buffer: Buffer.allocUnsafeSlow(size), position: 0, length: 0, reachesEnd: false, holders: 0 };
}
