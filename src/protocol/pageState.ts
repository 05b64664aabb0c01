import type { CacheName } from './messages';
import { cacheName } from './parseMessages';
import { count, finite, flag, listOf, object, optional, parse, text } from './shape';

/** The part of the picture that is seen: screen = scene * scale + (x, y), in CSS pixels. */
export interface Viewport {
  readonly x: number;
  readonly y: number;
  readonly scale: number;
}

/** What a page keeps while it is hidden or the window reloads. Records are named by id: indices change on each read. */
export interface PageState {
  readonly cache: CacheName;
  readonly viewport?: Viewport;
  readonly selectedId?: string;
  /** Folded chains that the person opened, each named by its first record. */
  readonly expandedIds: readonly string[];
  /** Width of the details panel in CSS pixels. */
  readonly detailsWidth?: number;
  readonly detailsOpen: boolean;
  readonly legendOpen: boolean;
  readonly searchText: string;
  /** Sum over the notes that the person has dismissed; other notes are shown again. */
  readonly dismissedNotes?: number;
}

const pageState = object<PageState>({
  cache: cacheName,
  viewport: optional(object<Viewport>({ x: finite, y: finite, scale: finite })),
  selectedId: optional(text),
  expandedIds: listOf(text),
  detailsWidth: optional(count),
  detailsOpen: flag,
  legendOpen: flag,
  searchText: text,
  dismissedNotes: optional(count),
});

/** Reads a kept state; undefined when there is none or another version of the page wrote it. */
export function readPageState(value: unknown): PageState | undefined {
  const parsed = parse(pageState, value, 'state');
  return parsed.ok ? parsed.value : undefined;
}

/** Which cache a kept state belongs to, for bringing a panel back after a window reload. */
export function cacheOfState(value: unknown): CacheName | undefined {
  const parsed = parse(object<{ cache: CacheName }>({ cache: cacheName }), value, 'state');
  return parsed.ok ? parsed.value.cache : undefined;
}
