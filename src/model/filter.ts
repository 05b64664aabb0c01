import { FilterError } from './filterError';
import { FilterScanner, type FilterToken } from './filterScanner';
import { compilePattern } from './pattern';
import { PatternError } from './patternSyntax';

/** Gives the value of a field; undefined when the field is not present. */
export type FieldReader = (path: readonly string[]) => string | undefined;

/** A list of filters, of which any has to match; an empty list matches everything. */
export interface Filter {
  matches(read: FieldReader): boolean;
  /** Regular expressions that do not compile. They are no error: they match nothing. */
  readonly unusable: readonly { readonly pattern: string; readonly because: string }[];
}

/** What a filter can ask of one record of a cache. What is left out is not present. */
export interface FilterSubject {
  readonly id: string;
  readonly type?: string;
  readonly description?: string;
  readonly parents?: readonly string[];
  readonly inUse?: boolean;
  readonly mutable: boolean;
  readonly shared?: boolean;
}

interface Selector {
  readonly path: readonly string[];
  test(value: string | undefined): boolean;
}

/**
 * Reads filters of the language that BuildKit takes from containerd: a comma means "and", several texts mean "or", an empty text
 * matches everything.
 * @throws FilterError
 */
export function parseFilter(texts: readonly string[]): Filter {
  const unusable: { pattern: string; because: string }[] = [];
  const options = texts.map((text, index) => {
    if (text === '') return [];
    return new FilterParser(text, index, unusable).selectors();
  });
  return {
    unusable,
    matches: (read) =>
      options.length === 0 ||
      options.some((selectors) => selectors.every((selector) => selector.test(read(selector.path)))),
  };
}

/** Reads a record's fields as BuildKit's disk usage and prune do; only the first name of a path counts. */
export function fieldsOf(subject: FilterSubject): FieldReader {
  const flag = (set: boolean | undefined) => (set === true ? '' : undefined);
  return (path) => {
    switch (path[0]) {
      case 'id':
        return nonEmpty(subject.id);
      case 'parents':
        return subject.parents?.length ? subject.parents.join(';') : undefined;
      case 'description':
        return nonEmpty(subject.description);
      case 'type':
        return nonEmpty(subject.type) ?? 'regular';
      case 'inuse':
        return flag(subject.inUse);
      case 'mutable':
        return flag(subject.mutable);
      case 'immutable':
        return flag(!subject.mutable);
      case 'shared':
        return flag(subject.shared);
      case 'private':
        return flag(!subject.shared);
      default:
        return undefined;
    }
  };
}

function nonEmpty(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

class FilterParser {
  private readonly scanner: FilterScanner;

  constructor(
    private readonly text: string,
    private readonly index: number,
    private readonly unusable: { pattern: string; because: string }[],
  ) {
    this.scanner = new FilterScanner(text, index);
  }

  selectors(): Selector[] {
    const selectors = [this.selector()];
    for (let char = this.scanner.peek(); char !== ''; char = this.scanner.peek()) {
      if (char !== ',') {
        throw new FilterError('expected a comma or the end', this.index, this.scanner.position, char.length);
      }
      this.scanner.next();
      selectors.push(this.selector());
    }
    return selectors;
  }

  private selector(): Selector {
    const path = [this.field()];
    while (this.scanner.peek() === '.') {
      this.scanner.next();
      path.push(this.field());
    }
    if (this.scanner.peek() === '' || this.scanner.peek() === ',') {
      return { path, test: (value) => value !== undefined };
    }
    const operator = this.scanner.next();
    if (operator.kind !== 'operator') throw this.unexpected(operator, 'expected ==, != or ~=');
    switch (operator.text) {
      case '==': {
        const wanted = this.value(false);
        return { path, test: (value) => value === wanted };
      }
      case '!=': {
        const unwanted = this.value(false);
        return { path, test: (value) => (value ?? '') !== unwanted };
      }
      case '~=':
        return { path, test: this.pattern(this.value(true)) };
      default:
        throw this.unexpected(operator, `${operator.text} is no operator; expected ==, != or ~=`);
    }
  }

  private field(): string {
    const token = this.scanner.next();
    if (token.kind === 'quoted') return this.unquoted(token, false);
    if (token.kind !== 'field') throw this.unexpected(token, 'expected a field name');
    return token.text;
  }

  private value(anyQuote: boolean): string {
    const token = this.scanner.next();
    if (token.kind === 'quoted') return this.unquoted(token, anyQuote);
    if (token.kind !== 'value' && token.kind !== 'field') throw this.unexpected(token, 'expected a value');
    return token.text;
  }

  private unquoted(token: FilterToken & { kind: 'quoted' }, anyQuote: boolean): string {
    if (!anyQuote && token.quote !== '"') {
      throw new FilterError(`${token.quote} can only quote what follows ~=`, this.index, token.offset, 1);
    }
    return token.text;
  }

  private pattern(source: string): (value: string | undefined) => boolean {
    try {
      const pattern = compilePattern(source);
      return (value) => pattern.test(value ?? '');
    } catch (error) {
      if (!(error instanceof PatternError)) throw error;
      this.unusable.push({ pattern: source, because: error.message });
      return () => false;
    }
  }

  private unexpected(token: FilterToken, problem: string): FilterError {
    const length = Math.min(token.text.length, this.text.length - token.offset);
    return new FilterError(problem, this.index, token.offset, length);
  }
}
