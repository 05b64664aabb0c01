import { describe, expect, it } from 'vitest';
import { withoutIcons, withoutLinks } from '../../../src/host/plainText';

describe('text from a cache', () => {
  it('cannot bring icons into labels', () => {
    expect(withoutIcons('a $(zap) b $(sync~spin)')).toBe('a \\$(zap) b \\$(sync~spin)');
  });

  it('stays as it is where it only looks a little like an icon', () => {
    expect(withoutIcons('echo $(date +%s) $HOME $()')).toBe('echo $(date +%s) $HOME $()');
  });

  it('cannot bring links into notifications', () => {
    expect(withoutLinks('[click](command:evil) [x]')).toBe('[click] (command:evil) [x]');
  });
});
