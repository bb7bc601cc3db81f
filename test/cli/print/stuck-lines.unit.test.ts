// Goal: what is printed below stuck sessions helps with each of them. Method: lists of sessions, one or many of a kind.
import { describe, expect, it } from 'vitest';
import { excerptOf } from '../../../src/cli/frame/excerpt.ts';
import { formatStuck } from '../../../src/cli/print/stuck-lines.ts';
import type { StuckSession } from '../../../src/index.ts';
import { makeColors } from '../../../src/text/colors.ts';

const stuck = (id: string, next: string, themeName = 'mail') =>
  ({ session: { id, themeName }, reason: 'parked', detail: 'why', age: 1_000, next }) as unknown as StuckSession;
const commandsOf = (...list: StuckSession[]) =>
  formatStuck(list, makeColors(false))
    .split('\n')
    .filter((line) => line.startsWith('next: '));

describe('the commands below stuck sessions', () => {
  it('are one for all parked sessions of a theme, and its own where a session is the only one', () => {
    const unpark = (id: string, theme?: string) => stuck(id, `txlog session unpark ${id}`, theme);
    expect(commandsOf(unpark('m-1'))).toEqual(['next: txlog session unpark m-1']);
    expect(commandsOf(unpark('m-4'), unpark('m-1'), unpark('o-1', 'other one'))).toEqual([
      'next: txlog session list --theme mail --status parked -q | txlog session unpark -',
      'next: txlog session unpark o-1',
    ]);
  });

  it('are one for each session that needs its own, up to a bound', () => {
    const show = (id: string) => stuck(id, `txlog saga show ${id}`);
    expect(commandsOf(show('a'), show('b'))).toEqual(['next: txlog saga show a', 'next: txlog saga show b']);
    const many = Array.from({ length: 20 }, (_, i) => show(`s-${i}`));
    expect(commandsOf(...many)).toHaveLength(6);
  });
});

describe('the excerpt of a text with a mistake', () => {
  it('has the caret under the place, whatever stands before it', () => {
    expect(excerptOf({ source: '{"a":x}', column: 6 })).toEqual(['    {"a":x}', '         ^']);
    expect(excerptOf({ source: '"\u4e2d\u001b", x', column: 7 })).toEqual([
      '    "\u4e2d\\u001b", x',
      '                ^',
    ]);
    const [line = '', caret = ''] = excerptOf({ source: `${'a'.repeat(500)}!${'b'.repeat(500)}`, column: 501 });
    expect(line.length).toBeLessThan(90);
    expect(line[caret.indexOf('^')]).toBe('!');
  });

  it('is left out where the mistake has no place', () => {
    expect(excerptOf({ source: 'abc' })).toEqual([]);
    expect(excerptOf({ column: 3 })).toEqual([]);
    expect(excerptOf({ source: 'abc', column: 30 })).toEqual([]);
  });
});
