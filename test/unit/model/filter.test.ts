import { describe, expect, it } from 'vitest';
import { fieldsOf, parseFilter } from '../../../src/model/filter';
import { FilterError } from '../../../src/model/filterError';

const record = fieldsOf({
  id: 'abc123def',
  type: 'source.local',
  parents: ['p1', 'p2'],
  inUse: true,
  mutable: true,
  shared: false,
  description: 'pulled from docker.io/library/alpine:latest',
});

const matches = (...texts: string[]) => parseFilter(texts).matches(record);

function refusal(text: string): FilterError {
  try {
    parseFilter([text]);
  } catch (error) {
    if (error instanceof FilterError) return error;
    throw error;
  }
  throw new Error(`${text} was accepted`);
}

describe('a filter', () => {
  it.each([
    [['id~=^abc.*f$']],
    [['mutable']],
    [['private, mutable']],
    [['immutable', 'mutable']],
    [['description~=/alpine:lat/']],
    [['description~=docker\\.io']],
    [['parents==p1;p2']],
    [['nosuch!=x']],
    [['id == abc123def']],
    [['id~=(?i)ABC']],
    [[]],
    [['']],
    [['inuse,type==source.local']],
    [['type.foo==source.local']],
    [['mutable!=true']],
    [['mutable==""']],
    [['"id"==abc123def']],
    [['id=="\\x61bc\\u0031\\0623def"']],
    [['description~=|docker.io/library|']],
  ])('TV-52: %j matches', (texts) => {
    expect(matches(...texts)).toBe(true);
  });

  it.each(['parents==p1', 'mutable==true', 'nosuch==x', "id=='abc123def'", 'id~=[', 'shared', 'nosuch'])(
    'TV-52: %s does not match',
    (text) => expect(matches(text)).toBe(false),
  );

  it.each([
    ['type=source.local', 4, 1],
    ['id==', 4, 0],
    ['private ,mutable', 8, 1],
    ['id,', 3, 0],
    ['foo-bar==x', 3, 1],
    ['id==/abc123def/', 4, 1],
    ['description==pulled from x', 19, 1],
    ['id===x', 2, 3],
    ['mutable~=.*', 9, 1],
    ['id==x,,y', 6, 1],
    ['id ', 3, 0],
    ['id=="open', 4, 1],
    ['id=="\\q"', 5, 2],
    ['!id', 0, 1],
    ['é==x', 0, 1],
  ])('TV-52: %s is refused, with the place', (text, offset, length) => {
    expect(refusal(text)).toMatchObject({ index: 0, offset, length });
  });

  it('tells which of several texts is wrong', () => {
    expect(() => parseFilter(['id', 'id='])).toThrow(/^filter 2, character 3: = is no operator/);
  });

  it('matches nothing by a regular expression that does not compile, and says which', () => {
    const filter = parseFilter(['id~=(', 'mutable']);
    expect(filter.matches(record)).toBe(true);
    expect(filter.unusable).toEqual([{ pattern: '(', because: 'missing )' }]);
  });
});
