/** What can be done with a key in the graph. */
export type Command =
  | 'parent'
  | 'child'
  | 'previous'
  | 'next'
  | 'firstRoot'
  | 'lastRoot'
  | 'open'
  | 'toggleChain'
  | 'search'
  | 'nextHit'
  | 'previousHit'
  | 'fit'
  | 'zoomIn'
  | 'zoomOut'
  | 'clear'
  | 'help';

export interface KeyBinding {
  readonly command: Command;
  /** Values of `KeyboardEvent.key`. */
  readonly keys: readonly string[];
  /** The keys as a person reads them. */
  readonly shown: string;
  readonly meaning: string;
}

/** The one table of keys: what is handled and what the help sheet says. */
export const keyTable: readonly KeyBinding[] = [
  { command: 'parent', keys: ['ArrowLeft'], shown: '←', meaning: 'Go to the parent' },
  { command: 'child', keys: ['ArrowRight'], shown: '→', meaning: 'Go to the first child' },
  { command: 'previous', keys: ['ArrowUp'], shown: '↑', meaning: 'Go to the sibling above' },
  { command: 'next', keys: ['ArrowDown'], shown: '↓', meaning: 'Go to the sibling below' },
  { command: 'firstRoot', keys: ['Home'], shown: 'Home', meaning: 'Go to the first base' },
  { command: 'lastRoot', keys: ['End'], shown: 'End', meaning: 'Go to the last base' },
  { command: 'open', keys: ['Enter'], shown: 'Enter', meaning: 'Open the record as JSON; unfold a chain' },
  { command: 'toggleChain', keys: [' '], shown: 'Space', meaning: 'Fold or unfold the chain' },
  { command: 'search', keys: ['/'], shown: '/', meaning: 'Search' },
  { command: 'nextHit', keys: ['n'], shown: 'n', meaning: 'Go to the next hit' },
  { command: 'previousHit', keys: ['N'], shown: 'Shift+n', meaning: 'Go to the previous hit' },
  { command: 'fit', keys: ['f'], shown: 'f', meaning: 'Fit the whole graph' },
  { command: 'zoomIn', keys: ['+', '='], shown: '+', meaning: 'Zoom in' },
  { command: 'zoomOut', keys: ['-'], shown: '-', meaning: 'Zoom out' },
  { command: 'clear', keys: ['Escape'], shown: 'Esc', meaning: 'Clear the selection' },
  { command: 'help', keys: ['?'], shown: '?', meaning: 'Show these keys' },
];

/** The command of a key press; undefined for other keys and those that the editor may want. */
export function commandOf(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey' | 'altKey'>,
): Command | undefined {
  if (event.ctrlKey || event.metaKey || event.altKey) return undefined;
  return keyTable.find(({ keys }) => keys.includes(event.key))?.command;
}
