// Goal: what is absent is left out, and nothing else: not 0, not '', not false, not null. The order stays, since JSON has it.
// Method: fields with each kind of value, as the text that JSON makes of them.
import { describe, expect, it } from 'vitest';
import { given, ifGiven } from '../../src/core/base/given.ts';

describe('given fields', () => {
  it('are all but those that are undefined, in their order', () => {
    const fields = { z: 0, a: undefined, y: '', x: false, b: undefined, w: null };
    expect(Object.keys(given(fields))).toEqual(['z', 'y', 'x', 'w']);
    expect(JSON.stringify(given(fields))).toBe('{"z":0,"y":"","x":false,"w":null}');
  });

  it('are made of what is there, whatever it is', () => {
    expect(given({ zero: ifGiven(0, String), none: ifGiven<number, string>(undefined, String) })).toEqual({
      zero: '0',
    });
  });
});
