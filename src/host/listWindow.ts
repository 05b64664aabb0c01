/** Which rows of a long list are shown: from `start` up to but without `end`, which may lie behind the list's end. */
export interface ListWindow {
  readonly start: number;
  readonly end: number;
}

/** Rows that a list shows at first, and by which it grows. */
export const windowStep = 500;

export const firstWindow: ListWindow = { start: 0, end: windowStep };

/** The window with more rows before or after it. */
export function grownWindow({ start, end }: ListWindow, direction: 'earlier' | 'later'): ListWindow {
  return direction === 'earlier'
    ? { start: Math.max(0, start - windowStep), end }
    : { start, end: end + windowStep };
}

/**
 * A window in which `position` is: the one there is, the same grown when it lies close by, or else a new one around
 * it, so that showing one row of many never makes all the rows before it.
 */
export function windowWith(window: ListWindow, position: number): ListWindow {
  const { start, end } = window;
  if (position >= start && position < end) return window;
  if (position >= end && position < end + windowStep) return { start, end: end + windowStep };
  const around = Math.max(0, position - windowStep / 2);
  return { start: around, end: around + windowStep };
}
