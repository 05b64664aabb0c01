import { expect, test } from 'vitest';
import { commandOf, keyTable } from '../../../src/webview/interaction/keys';

const plain = { ctrlKey: false, metaKey: false, altKey: false };

test('every key of the table leads to its own command', () => {
  for (const { command, keys } of keyTable) {
    for (const key of keys) expect(commandOf({ ...plain, key })).toBe(command);
  }
});

test('no key stands for two commands', () => {
  const keys = keyTable.flatMap((binding) => binding.keys);
  expect(new Set(keys).size).toBe(keys.length);
});

test('keys held with control, command or alt are left to the editor', () => {
  expect(commandOf({ ...plain, key: 'f', ctrlKey: true })).toBeUndefined();
  expect(commandOf({ ...plain, key: 'f', metaKey: true })).toBeUndefined();
  expect(commandOf({ ...plain, key: 'f', altKey: true })).toBeUndefined();
  expect(commandOf({ ...plain, key: 'x' })).toBeUndefined();
});
