import type { CharSet } from './patternChars';
import { parsePattern, type PatternAssertion, type PatternNode } from './patternSyntax';

/** A compiled regular expression; it only tells whether a text contains a match. */
export interface Pattern {
  /** Unanchored search, in time linear in the text. */
  test(text: string): boolean;
}

/**
 * Compiles a regular expression of RE2, the one that BuildKit's filters use. It is run as a set of states side by side, never by
 * backtracking, so no expression that a person types can hang the caller.
 * @throws PatternError where Go's regexp package would refuse it
 */
export function compilePattern(source: string): Pattern {
  const program: Instruction[] = [];
  emit(program, parsePattern(source));
  program.push({ kind: 'match' });
  return { test: (text) => run(program, text) };
}

type Instruction =
  | { readonly kind: 'chars'; readonly set: CharSet }
  | { readonly kind: 'assert'; readonly what: PatternAssertion }
  | { readonly kind: 'split'; other: number }
  | { readonly kind: 'jump'; to: number }
  | { readonly kind: 'match' };

function emit(program: Instruction[], node: PatternNode): void {
  switch (node.kind) {
    case 'empty':
      return;
    case 'chars':
      program.push({ kind: 'chars', set: node.set });
      return;
    case 'assert':
      program.push({ kind: 'assert', what: node.what });
      return;
    case 'sequence':
      for (const part of node.parts) emit(program, part);
      return;
    case 'choice':
      emitChoice(program, node.parts);
      return;
    case 'repeat':
      emitRepeat(program, node.part, node.min, node.max);
      return;
  }
}

function emitChoice(program: Instruction[], parts: readonly PatternNode[]): void {
  const exits: { to: number }[] = [];
  parts.forEach((part, index) => {
    if (index === parts.length - 1) {
      emit(program, part);
      return;
    }
    const split = { kind: 'split' as const, other: 0 };
    const exit = { kind: 'jump' as const, to: 0 };
    program.push(split);
    emit(program, part);
    program.push(exit);
    exits.push(exit);
    split.other = program.length;
  });
  for (const exit of exits) exit.to = program.length;
}

function emitRepeat(program: Instruction[], part: PatternNode, min: number, max: number): void {
  for (let i = 0; i < min; i++) emit(program, part);
  if (max === Infinity) {
    const start = program.length;
    const split = { kind: 'split' as const, other: 0 };
    program.push(split);
    emit(program, part);
    program.push({ kind: 'jump', to: start });
    split.other = program.length;
    return;
  }
  const splits: { other: number }[] = [];
  for (let i = min; i < max; i++) {
    const split = { kind: 'split' as const, other: 0 };
    program.push(split);
    splits.push(split);
    emit(program, part);
  }
  for (const split of splits) split.other = program.length;
}

function run(program: readonly Instruction[], text: string): boolean {
  const seen = new Int32Array(program.length).fill(-1);
  const pending: number[] = [];
  let active: number[] = [];
  let next: number[] = [];
  for (let offset = 0, step = 0; ; step++) {
    // A new attempt may begin at each character: the search is unanchored.
    active.push(0);
    const char = text.codePointAt(offset);
    const width = char !== undefined && char > 0xffff ? 2 : 1;
    for (const start of active) {
      pending.push(start);
      for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
        if (seen[at] === step) continue;
        seen[at] = step;
        const instruction = program[at];
        if (instruction.kind === 'match') return true;
        if (instruction.kind === 'jump') pending.push(instruction.to);
        else if (instruction.kind === 'split') pending.push(instruction.other, at + 1);
        else if (instruction.kind === 'assert') {
          if (holds(instruction.what, text, offset)) pending.push(at + 1);
        } else if (char !== undefined && instruction.set.has(char)) next.push(at + 1);
      }
    }
    if (char === undefined) return false;
    offset += width;
    [active, next] = [next, active];
    next.length = 0;
  }
}

function holds(assertion: PatternAssertion, text: string, offset: number): boolean {
  switch (assertion) {
    case 'textStart':
      return offset === 0;
    case 'textEnd':
      return offset === text.length;
    case 'lineStart':
      return offset === 0 || text[offset - 1] === '\n';
    case 'lineEnd':
      return offset === text.length || text[offset] === '\n';
    case 'wordBoundary':
      return isWord(text, offset - 1) !== isWord(text, offset);
    case 'notWordBoundary':
      return isWord(text, offset - 1) === isWord(text, offset);
  }
}

function isWord(text: string, offset: number): boolean {
  return offset >= 0 && offset < text.length && /\w/.test(text[offset]);
}
