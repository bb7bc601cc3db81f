// Goal: a dialog does only what was planned, tells all that was done, and hides nothing while it works. Method: the reducer
// alone, without a terminal; what the environment answers is written here.
import { expect, it } from 'vitest';
import { widthOf } from '../../src/text/width.ts';
import { dialogLines } from '../../src/tui/frame/dialog-lines.ts';
import { plainText, wrap } from '../../src/tui/line/styled-line.ts';
import { type Dialog, endedText, openDialog, type PlanItem } from '../../src/tui/model/dialog.ts';
import { overview, Person, stuck } from './example.ts';

const item = (id: string, more: Partial<PlanItem> = {}): PlanItem => ({ id, before: 'parked', position: 40, ...more });
const look = { hasColor: true, isAscii: false };
const many = ['a', 'b', 'c'];
const problem = { code: 'STORAGE_FULL', message: 'the map is full', next: ['txlog doctor'] };

/** Someone who is about to unpark sessions. */
const asking = (ids: readonly string[] = many) =>
  new Person().see(overview({ stuck: ids.map((id) => stuck(id, 'parked')) })).press('2', '*', 'x', 'enter');
const dialogOf = (ana: Person) => (ana.asked.at(-1) as { readonly dialog: Dialog }).dialog;
const kinds = (ana: Person) => ana.asked.map(({ kind }) => kind);
const planned = (ana: Person, items: readonly PlanItem[]) =>
  ana.hear({ type: 'planned', action: dialogOf(ana).action, items });
const ready = (id: string) => item(id, { after: 'ready' });
const doing = () => planned(asking(), many.map(ready)).press("'sorry'", 'tab', "'3'", 'tab', 'tab', 'enter');

it('work that was begun goes on as a job when its dialog is left, and its result is told wherever one is', () => {
  const ana = doing().press('q', 'x', 'enter', 'y');
  expect(ana.text).toContain('esc lets it go on  ctrl+c ends');
  expect(kinds(ana.press('esc'))).toEqual(['rehearse', 'perform']);
  const { action } = dialogOf(ana);
  ana.hear({ type: 'performed', action, items: [ready('a'), item('b', { refused: 'it went on' }), ready('c')] });
  expect(ana.text).toContain('unpark: done: 2, refused: 1');
  expect(ana.press('7').text).toContain('x b it went on');
  // Who stays hears it there.
  const eve = doing();
  eve.hear({ type: 'performed', action: dialogOf(eve).action, items: many.map(ready) });
  expect(eve.text).toContain('done: 3');
  expect(eve.text).toContain('parked -> ready');
});

it('a dialog tells where its work ended early, why, and what to do about it', () => {
  const ana = doing();
  const performed = { items: [ready('a'), item('b')], failed: problem };
  ana.hear({ type: 'performed', action: dialogOf(ana).action, ...performed });
  expect(ana.text).toContain('STORAGE_FULL: the map is full');
  expect(ana.text).toContain('-> txlog doctor');
  expect(ana.text).toContain('done: 1, failed: 1, not begun: 1');
  expect(ana.press('esc', '7').text).toMatch(/failed +1 of 3/);
  expect(ana.text).toContain('STORAGE_FULL: the map is full -> txlog doctor');
  // Who ended the screen meanwhile hears the same in the terminal.
  expect(endedText(dialogOf(ana).action, performed)).toBe(
    'unpark: done: 1, failed: 1, not begun: 1\nSTORAGE_FULL: the map is full\nnext: txlog doctor\n',
  );
  expect(endedText(dialogOf(ana).action, { items: [ready('a')] })).toBe('unpark: done: 1, not begun: 2\n');
});

it('a dialog does nothing while its plan is not known: it makes the plan again', () => {
  const ana = asking(['a']);
  ana.hear({ type: 'failed', action: dialogOf(ana).action, problem });
  ana.press('tab', 'tab', "'sorry'", 'tab', 'tab');
  expect(ana.text).toContain('STORAGE_FULL: the map is full');
  expect(ana.text).toContain('enter looks again');
  expect(kinds(ana.press('enter'))).toEqual(['rehearse', 'rehearse']);
  expect(ana.text).not.toContain('STORAGE_FULL');
  // The answer to the first question says nothing about the second.
  const [first] = ana.asked as readonly { readonly dialog: Dialog }[];
  ana.hear({ type: 'planned', action: first?.dialog.action ?? {}, items: [ready('a')] });
  expect(kinds(ana.press('enter'))).toEqual(['rehearse', 'rehearse']);
  planned(ana, [ready('a')]);
  expect(kinds(ana.press('enter'))).toEqual(['rehearse', 'rehearse', 'perform']);
});

it('a dialog makes its plan again after a failure before anything was done', () => {
  const ana = doing();
  ana.hear({ type: 'failed', action: dialogOf(ana).action, problem }).press('tab', 'enter');
  expect(kinds(ana)).toEqual(['rehearse', 'perform', 'rehearse']);
});

it('a dialog takes the plan of the span that stands there, not of one before it', () => {
  const ana = new Person().see(overview({ stuck: [stuck('a', 'failing', { status: 'stored' })] })).press('2', 'x');
  ana.press('down', 'enter');
  const rehearsed = () => ana.asked.filter(({ kind }) => kind === 'rehearse') as { readonly dialog: Dialog }[];
  ana.press("'0'", 'tab');
  ana.press('shift+tab', "'0'", 'tab');
  expect(rehearsed().map(({ dialog: { span } }) => span)).toEqual(['10m', '10m0', '10m00']);
  ana.hear({ type: 'planned', action: rehearsed()[1]?.dialog.action ?? {}, items: [ready('a')] });
  expect(ana.text).toContain('what it would do: …');
  planned(ana, [item('a', { after: 'stored' })]);
  expect(ana.text).toContain('parked -> stored');
});

it('a dialog ends the plan of an action that nobody asks about any more', () => {
  const ana = new Person().see(overview({ stuck: [stuck('a', 'failing', { status: 'stored' })] })).press('2', 'x');
  ana.press('down', 'enter', "'0'", 'tab');
  expect(kinds(ana)).toEqual(['rehearse', 'stop', 'rehearse']);
  const [first, stop, second] = ana.asked as unknown as [{ dialog: Dialog }, { action: object }, { dialog: Dialog }];
  expect(stop.action).toBe(first.dialog.action);
  expect(ana.press('esc').asked.at(-1)).toEqual({ kind: 'stop', action: second.dialog.action });
  // What is known, or could not be found out, is not ended.
  const eve = planned(asking(['a']), [ready('a')]);
  expect(kinds(eve.press('esc'))).toEqual(['rehearse']);
  const bob = asking(['a']);
  bob.hear({ type: 'failed', action: dialogOf(bob).action, problem });
  expect(kinds(bob.press('esc'))).toEqual(['rehearse']);
});

it.each(['', '…', '...', '  '])('a dialog copies no command without a reason: %j', (reason) => {
  const ana = planned(asking(['a']), [ready('a')]);
  ana.press(`'${reason}'`, 'tab', 'tab', 'y');
  expect(kinds(ana)).toEqual(['rehearse']);
  expect(ana.text).toContain('a reason is needed');
});

it('a dialog tells for how many sessions its plan says what would become of them', () => {
  const ana = planned(asking(), [ready('a'), item('b', { refused: 'it is led' }), item('c')]);
  expect(ana.text).toContain('3 in all (a sample of 2), 1 would be refused');
});

it('a dialog of very many sessions is drawn without a look at each: its command is shown of some, and copied of all', () => {
  const ids = Array.from({ length: 20_000 }, (_, i) => `an-id-of-a-session-that-is-rather-long-${i}`);
  const frame = (count: number) => {
    const action = { verb: 'remove', ids: ids.slice(0, count) } as const;
    const dialog = { ...openDialog(action, { actor: 'ana', dir: '/x' }), plan: [ready('a')], reason: 'old' };
    const drawn: object[] = [];
    // Each text that is drawn comes from here: of what is not in sight nothing is.
    const seen = new Proxy(action.ids, {
      get: (all, name) => {
        if (typeof name === 'string' && /^\d+$/.test(name)) drawn.push({});
        return Reflect.get(all, name);
      },
    });
    const lines = dialogLines({ ...dialog, action: { ...action, ids: seen } }, { columns: 80, rows: 21 }, look);
    return { text: lines.map(plainText).join('\n'), read: drawn.length };
  };
  expect(frame(20_000).text).toContain('and the same for 19980 more');
  expect(frame(20_000).read).toBeLessThan(50);
  expect(frame(2).text).toContain('rather-long-1');
});

it('a text is wrapped no further than there is room, whatever it is made of', () => {
  const units = ['a b ', '漢字', 'e\u0301', '👩‍👩‍👧‍👦'].map((unit) => unit.repeat(200_000));
  for (const text of units) {
    const lines = wrap(text, 77, { most: 3 });
    expect(lines.length).toBe(3);
    for (const one of lines) expect(widthOf(plainText(one))).toBeLessThanOrEqual(77);
    // Two pages of it cost as much as a book.
    expect(wrap(text.slice(0, 4_000), 77, { most: 3 })).toEqual(lines);
  }
  expect(wrap('one two', 5, { most: 3 }).map(plainText)).toEqual(['one', 'two']);
  expect(wrap('', 5, { most: 3 })).toEqual([]);
});
