// Goal: keys lead where they say, and back; nothing is done by one key, nor without a reason; many only by a plan with
// their count typed. Method: the reducer alone, without a terminal.
import { expect, it } from 'vitest';
import { whyReadOnly } from '../../src/cli/tui/why-read-only.ts';
import { sessionKey, suspendedPrefix } from '../../src/core/fold/session.ts';
import type { SagaReading, WaitChain } from '../../src/index.ts';
import type { SessionPage } from '../../src/pages/session.ts';
import { defaultCommands, keymapOf, remap } from '../../src/tui/app/keymap.ts';
import { plainText } from '../../src/tui/line/styled-line.ts';
import { shownCrumb } from '../../src/tui/model/app-state.ts';
import { typedKeys } from '../../src/tui/model/typed-keys.ts';
import { sessionActions } from '../../src/tui/parts/session-actions.ts';
import { sagaRows } from '../../src/tui/screens/saga/saga-view.ts';
import { sessionRows } from '../../src/tui/screens/session/session-view.ts';
import { freshState, now, overview, Person, queue, record, session, stuck } from './example.ts';

const person = (more = {}) => new Person({ ...freshState(), ...more }).see(overview());
const place = ({ state }: Person) => shownCrumb(state).place;
const selected = ({ state }: Person) => shownCrumb(state).list.id;

it('enter goes deeper and esc back, to where one stood', () => {
  const ana = person().press('2', 'down', 'enter');
  expect(place(ana)).toEqual({ screen: 'saga', id: 's-02be' });
  expect(place(ana.press('esc'))).toEqual({ screen: 'stuck' });
  expect(selected(ana)).toBe('s-02be');
  expect(place(ana.press('esc', 'esc', 'esc'))).toEqual({ screen: 'overview' });
  expect(ana.asked).toEqual([]);
});

it('the number of a screen that has nothing to show leads nowhere', () => {
  expect(place(person().press('6'))).toEqual({ screen: 'overview' });
  expect(place(new Person().press('7', '8'))).toEqual({ screen: 'overview' });
});

const many = overview({ stuck: Array.from({ length: 60 }, (_, i) => stuck(`s-${i}`, 'parked')) });
const stuckHere = () => person().see(many).press('2', 'down');
const step = { id: 'r', type: 'order', time: 0 };
const statePage = (at?: number) => ({
  key: 'k',
  at,
  state: undefined,
  before: undefined,
  steps: [5, 9].map((position) => ({ ...step, position })),
});
const atState = () => person().press(':', "'get k'", 'enter').load({ want: 'state', key: 'k' }, statePage());
const key = { key: 'k', previous: { position: 5, id: 'r-5' }, next: { position: 12, id: 'r-12' } };
const atRecord = () =>
  person()
    .press(':', "'inspect 9'", 'enter')
    .load({ want: 'record', position: 9 }, { record: record(9), keys: [key], sessions: [] });
const atJobs = () => {
  const ana = stuckHere().press('r');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  ana.hear({ type: 'planned', action: dialog.action, items: [{ id: 's-1', before: 'a', after: 'b', position: 1 }] });
  return ana.press("'why'", 'tab', 'tab', 'enter', 'esc', '7');
};

/** Where a command does something; where nothing is said, in the midst of a list. */
const where: Readonly<Record<string, () => Person>> = {
  ...{ up: () => stuckHere().press('G'), 'page up': () => stuckHere().press('G'), back: stuckHere },
  ...{
    part: atRecord,
    'back on key': atRecord,
    'on along key': atRecord,
    'what if': atState,
    difference: () => atState().press('G'),
  },
  'take over': () => person().press('2'),
  'position before': atState,
  'position after': () => atState().press('[').load({ want: 'state', key: 'k', asOf: 5 }, statePage(5)),
  'next flip': () => atRecord().press('8'),
  'stop job': atJobs,
};

it.each(defaultCommands.flatMap(({ name, keys }) => keys.map((one) => [name, one])))(
  'the command %s does something by %s, and no key does anything to the environment at once',
  (name, one) => {
    const ana = (where[name] ?? stuckHere)();
    const { state, asked } = { state: ana.state, asked: [...ana.asked] };
    ana.press(one);
    const isMoved =
      JSON.stringify([ana.state.crumbs, ana.state.prompt]) !== JSON.stringify([state.crumbs, state.prompt]);
    const isMarked = shownCrumb(ana.state).marks.size !== shownCrumb(state).marks.size;
    expect([name, isMoved || isMarked || ana.asked.length > asked.length]).toEqual([name, true]);
    expect(ana.asked.slice(asked.length).filter(({ kind }) => kind === 'perform')).toEqual([]);
  },
);

it('the screen asks before it does anything: what would happen, a reason, and the way to Do it', () => {
  const ana = person().press('2', 'r');
  expect(ana.asked.at(-1)).toMatchObject({ kind: 'rehearse', dialog: { action: { verb: 'retry', ids: ['s-7f2c'] } } });
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  // Not before it is known what it would do, nor without a reason.
  ana.press('tab', 'tab', 'enter');
  expect(ana.text).toContain('what it would do');
  ana.hear({
    type: 'planned',
    action: dialog.action,
    items: [{ id: 's-7f2c', before: 'active', after: 'ready', position: 40 }],
  });
  ana.press('enter');
  expect(ana.text).toContain('a reason is needed');
  // Enter from the reason comes to Cancel first.
  ana.press('tab', "'the worker died'", 'enter', 'enter');
  expect(ana.state.prompt).toBeUndefined();
  expect(ana.asked.filter(({ kind }) => kind === 'perform')).toEqual([]);
});

it('an action is done once somebody gave a reason and chose it, in the name of that person', () => {
  const ana = person().press('2', 't');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
  ana.hear({
    type: 'planned',
    action: dialog.action,
    items: [{ id: 's-7f2c', before: 'active', after: 'ready', position: 40 }],
  });
  ana.press("'the worker died'", 'tab', 'tab', 'enter');
  expect(ana.asked.at(-1)).toMatchObject({ kind: 'perform', dialog: { reason: 'the worker died', actor: 'ana' } });
  ana.hear({
    type: 'performed',
    action: dialog.action,
    items: [{ id: 's-7f2c', before: 'active', after: 'ready', position: 41 }],
  });
  expect(ana.text).toContain('done: 1');
  expect(ana.press('y').asked.at(-1)).toEqual({
    kind: 'copy',
    text: "txlog session retry s-7f2c --force --reason 'the worker died' --actor ana --env /var/lib/orders",
  });
});

it('a suspended session is offered nothing that would bring it back: its origin may still lead it', () => {
  const suspended = { status: 'parked', error: `${suspendedPrefix}unit-1` } as const;
  const verbs = (themeName: string) =>
    sessionActions(session('s', { ...suspended, themeName })).map(({ verb }) => verb);
  expect([verbs('mail'), verbs('saga/refund')]).toEqual([['remove'], []]);
});

it('retry of a saga intervenes in it as a saga, and no action is offered that would leave it without its end', () => {
  const ana = person().press('2', 'down', 'r');
  expect(ana.asked.at(-1)).toMatchObject({ dialog: { action: { verb: 'retry saga', ids: ['s-02be'] } } });
  for (const status of ['ready', 'behind', 'active', 'stored', 'parked'] as const) {
    const verbs = sessionActions(session('s', { status, themeName: 'saga/refund' })).map(({ verb }) => verb);
    expect(verbs).toContain('force done');
    expect(verbs.filter((verb) => ['remove', 'store', 'unpark'].includes(verb))).toEqual([]);
  }
  // A saga that waits for another one is opened as a saga.
  const waiter = { id: 'p', theme: 'saga/parent', status: 'stored', why: 'saga', waitsFor: 's-02be', depth: 1 };
  const [row] = sagaRows(
    {
      saga: { id: 's', type: 't', steps: new Map(), createdAt: 0 },
      phase: 'running',
      log: [],
    } as unknown as SagaReading,
    { chain: { waiters: [waiter], more: false } as WaitChain, messages: [] },
    { now: 0, columns: 80, isAscii: false },
  ).filter(({ id }) => id === 'waiter p');
  expect(row?.link).toEqual({ screen: 'saga', id: 'p' });
});

it('the history of a session tells of its own operations alone', () => {
  const changes = [
    { op: 'session.remove', key: sessionKey('m-1') },
    { op: 'session.turn', key: sessionKey('old-m-1') },
  ];
  const entry = { record: record(7, { changes } as never), before: undefined, after: undefined, key: 'k' };
  const page = { id: 'm-1', session: undefined, data: [], history: [entry], earlier: false } as unknown as SessionPage;
  const rows = sessionRows(page, undefined, { now: 0, columns: 80, isAscii: false });
  expect(plainText(rows.at(-1)?.draw(80) ?? [])).toContain('Z remove ->');
});

it('an action on many sessions is done only when their number was typed', () => {
  const many = ['a', 'b', 'c'].map((id) => stuck(id, 'parked'));
  const ana = new Person().see(overview({ stuck: many })).press('2', '*', 'x', 'enter');
  const { dialog } = ana.asked.at(-1) as { dialog: { action: { ids: readonly string[] } } };
  expect(dialog.action.ids).toEqual(['a', 'b', 'c']);
  const items = many.map(({ session: { id } }) => ({ id, before: 'parked', after: 'ready', position: 40 }));
  ana.hear({ type: 'planned', action: dialog.action, items }).press("'sorry'", 'enter', "'2'", 'tab', 'tab', 'enter');
  expect(ana.text).toContain('type how many there are: 3');
  expect(ana.asked.some(({ kind }) => kind === 'perform')).toBe(false);
  ana.press('shift+tab', 'shift+tab', 'backspace', "'3'", 'tab', 'tab', 'enter');
  expect(ana.asked.at(-1)?.kind).toBe('perform');
});

it('the screen says that the app is left out, and why, while it is', () => {
  const problem = { code: 'APP_UNTRUSTED', message: 'others may write it', next: [] };
  const ana = person().hear({ type: 'opened', without: problem });
  expect(ana.text).toContain('without its app: APP_UNTRUSTED: others may write it');
  expect(ana.press('2').text).toContain('without its app: APP_UNTRUSTED');
  expect(ana.hear({ type: 'opened', without: undefined }).text).not.toContain('without its app');
});

it('the screen only reads with --read-only, and when the environment is lost', () => {
  const reader = person({ readOnly: 'it was started so' }).press('2', 'r', 'x', 't');
  expect(reader.state.prompt).toBeUndefined();
  expect(reader.asked).toEqual([]);
  expect(reader.text).toContain('READ-ONLY');
  const lost = person()
    .press('2')
    .hear({ type: 'lost', problem: { code: 'ENV_NOT_FOUND', message: 'gone', next: [] }, now: 0 });
  expect(lost.press('r').state.prompt).toBeUndefined();
  expect(lost.text).toContain('ENV_NOT_FOUND: gone');
});

it.each([
  ['--read-only is given', { flag: true }, 'started with --read-only, or TXLOG_READ_ONLY'],
  ['it cannot be written', { canWrite: false, isAgreed: true }, 'you may not write this environment'],
  ['its context is protected', {}, 'context prod is protected: start with --yes to work on it'],
  ['its context is protected, and that was agreed to', { isAgreed: true }, undefined],
  ['its context is not protected', { context: { name: 'stage', protected: false } }, undefined],
])('the screen says why nothing can be done, and how it could: %s', (_, more, why) => {
  const context = { name: 'prod', protected: true };
  const readOnly = whyReadOnly({ flag: false, canWrite: true, isAgreed: false, context, ...more });
  for (const columns of [60, 80]) {
    const ana = person({ columns, readOnly }).press('2');
    expect(ana.text.includes('READ-ONLY')).toBe(why !== undefined);
    if (why === undefined) return expect(ana.press('x').state.prompt?.kind).toBe('actions');
    expect(ana.text).toContain(why.slice(0, 44));
    // Who tries it all the same is told again.
    expect(ana.press('x').state.notice?.text).toContain(`this screen only reads: ${why}`);
  }
});

it('a filter works while one types, stays with enter, and goes with esc', () => {
  const ana = person().press('2', '/', "'reason:parked'");
  expect(ana.text).toContain('s-02be');
  expect(ana.text).not.toContain('s-91aa');
  ana.press('enter');
  expect(ana.text).toContain('/reason:parked');
  expect(ana.press('esc').text).toContain('s-91aa');
});

it('the palette completes the words of commands, and goes where they would show', () => {
  const ana = person().press(':', "'session sh'", 'tab');
  expect(ana.state.prompt).toMatchObject({ text: 'session show ' });
  expect(place(ana.press("'m-1'", 'enter'))).toEqual({ screen: 'session', id: 'm-1' });
  expect(place(ana.press(':', "'insp'", 'tab', "'12'", 'enter'))).toMatchObject({ screen: 'record', position: 12 });
  expect(place(ana.press(':', "'Get stock/A'", 'enter'))).toMatchObject({ screen: 'state', key: 'stock/A' });
  expect(ana.press(':', "'nonsense'").text).toContain('no such command');
});

it('y copies the command that mends what is selected, else the one that shows it', () => {
  const copied = (ana: Person) => (ana.press('y').asked.at(-1) as { text: string }).text;
  expect(copied(person().press('2'))).toBe('txlog session retry s-7f2c --env /var/lib/orders');
  expect(copied(person().press('4'))).toBe('txlog log -f --env /var/lib/orders');
  expect(copied(person())).toMatch(/^txlog .* --env \/var\/lib\/orders$/);
});

it('the log on the screen follows its end, stays where one goes, and follows again at its end', () => {
  const page = Array.from({ length: 400 }, (_, i) => record(1_000 + i));
  const ana = person().press('4').load({ want: 'records', where: '' }, page);
  expect(selected(ana)).toBe('1399');
  ana.load({ want: 'records', where: '' }, [...page.slice(1), record(1_400)]);
  expect(selected(ana)).toBe('1400');
  expect(place(ana.press('up'))).toEqual({ screen: 'log', where: '', around: 1_399 });
  expect(selected(ana)).toBe('1399');
  expect(place(ana.press('G'))).toEqual({ screen: 'log', where: '' });
  expect(selected(ana)).toBe('1400');
  expect(place(ana.press('g'))).toEqual({ screen: 'log', where: '', around: 1 });
});

it('the debugger shows the decision that one is at, goes on by one, to the next flip, and under another app', () => {
  const ana = person()
    .press('4')
    .load({ want: 'records', where: '' }, [record(70), record(71)]);
  expect(place(ana.press('up', '8'))).toEqual({ screen: 'debugger', position: 70 });
  expect(place(ana.press(']', ']', '['))).toEqual({ screen: 'debugger', position: 71 });
  ana.press(':', "'replay --wi'", 'tab', "'new.mjs'", 'enter');
  expect(place(ana)).toEqual({ screen: 'debugger', position: 71, app: 'new.mjs' });
  expect(ana.press('f').text).toContain('looking on from 71');
  ana.load({ want: 'flip', after: 71, app: 'new.mjs' }, { flip: { record: record(90) }, at: 90 });
  expect(place(ana)).toEqual({ screen: 'debugger', position: 90, app: 'new.mjs' });
  ana.press('f').load({ want: 'flip', after: 90, app: 'new.mjs' }, { flip: undefined, at: 8_120_441 });
  expect(ana.text).toContain('nothing comes out otherwise from 90 to 8120441');
  expect(place(ana.press(':', "'debug 7'", 'enter'))).toEqual({ screen: 'debugger', position: 7 });
});

it('data in which nothing changes are not called old while they are looked at', () => {
  const ana = person().hear({ type: 'quiet', now: now + 60_000 });
  expect(ana.hear({ type: 'tick', now: now + 62_000 }).text).not.toMatch(/data .* old/);
  expect(ana.hear({ type: 'tick', now: now + 64_000 }).text).toContain('data 4s old');
});

it('the debugger goes to the next flip also when that was found before', () => {
  const ana = person().press(':', "'debug 3'", 'enter', 'f');
  ana.load({ want: 'flip', after: 3 }, { flip: { record: record(9) }, at: 9 });
  expect(place(ana)).toEqual({ screen: 'debugger', position: 9 });
  ana.press(':', "'debug 3'", 'enter', 'f');
  expect(place(ana)).toEqual({ screen: 'debugger', position: 9 });
  expect(ana.text).not.toContain('nothing comes out otherwise');
});

it('the debugger does not say that a decision flips when its app cannot make it', () => {
  const ana = person().press(':', "'debug 7'", 'enter');
  const undecided = { record: record(7), read: [], keys: [], would: undefined, differs: undefined };
  const lacking = 'no handler of order.create, which decided it';
  ana.load({ want: 'decision', position: 7 }, { ...undecided, was: { outcome: 'rejected' }, answer: { lacking } });
  expect(ana.text).toContain('! this app cannot decide it');
  expect(ana.text).toContain(`the app has ${lacking}`);
});

it('the screen of a state compares the key with itself at another of its positions', () => {
  const steps = [3, 5, 9].map((position) => ({ position, id: `r-${position}`, type: 't', time: 0 }));
  const page = { key: 'k', at: undefined, state: undefined, before: undefined, steps };
  const ana = person().press(':', "'get k'", 'enter').load({ want: 'state', key: 'k' }, page);
  ana.press('G', 'd');
  expect(place(ana)).toEqual({ screen: 'state', key: 'k', from: 3 });
  ana.load({ want: 'state', key: 'k', from: 3 }, { ...page, from: 3 });
  expect(ana.text).toContain('What differs from position 3');
  expect(place(ana.press('['))).toEqual({ screen: 'state', key: 'k', from: 3, asOf: 5 });
});

it('the log on the screen takes its filter as a condition, once it is entered', () => {
  const ana = person().press('4', '/', "'position > 5'");
  expect(place(ana)).toEqual({ screen: 'log', where: '' });
  expect(place(ana.press('enter'))).toEqual({ screen: 'log', where: 'position > 5' });
});

it('the action on a queue is to pause it, and on a paused one to resume it', () => {
  expect(person().press('4', 'x').state.notice?.text).toContain('nothing can be done');
  const verbs = (rows: number) => {
    const one = person().press(...Array.from({ length: rows }, () => 'down'), 'x', 'enter');
    return (one.asked.at(-1) as { dialog: { action: { verb: string } } }).dialog.action.verb;
  };
  const needs = overview().needs.length;
  expect([verbs(needs), verbs(needs + 1)]).toEqual(['pause', 'resume']);
});

it('what needs a person can be put right from the overview, and the line of keys names the key that does it', () => {
  const ana = person();
  const first = ana.state.overview?.needs[0]?.about.name;
  expect(ana.text).toMatch(/ r retry +t take over +x do /);
  const { dialog } = ana.press('r').asked.at(-1) as { dialog: { action: unknown } };
  expect(dialog.action).toEqual({ verb: 'retry', ids: [first] });
  const paused = person().press('G').press('up');
  expect(paused.text).toMatch(/> refund[\s\S]* r resume +x do /);
});

it('a queue does not seem to run where all that is led in it is led by who is no more', () => {
  const queues = [queue('mail', { active: 1 }), queue('post', { active: 1 })];
  const text = new Person().see(
    overview({ queues, stuck: [stuck('d', 'dead', { themeName: 'mail' })], needs: [] }),
  ).text;
  expect(text).toMatch(/mail .* !! 1 left\n.*post .* RUN/);
});

it('what is stuck is listed worst first, and of one level the oldest first', () => {
  const later = { since: now - 60_000 };
  const all = [
    stuck('f', 'failing'),
    stuck('p-2', 'parked', later),
    stuck('p-1', 'parked'),
    stuck('d', 'dead', { since: now - 1 }),
  ];
  const ana = person()
    .see(overview({ stuck: all }))
    .press('2');
  expect([...ana.text.matchAll(/^[> ] (\S+) +mail/gm)].map(([, id]) => id)).toEqual(['p-1', 'p-2', 'd', 'f']);
});

it('keys that were pasted or typed fast are read one by one', () => {
  expect(typedKeys('jjk', {}).map(({ name }) => name)).toEqual(['j', 'j', 'k']);
  expect(typedKeys('', { delete: true })).toEqual([{ name: 'backspace' }]);
  expect(typedKeys('u', { ctrl: true })).toEqual([{ name: 'ctrl+u' }]);
  expect(typedKeys('G', { meta: true }).map(({ name }) => name)).toEqual(['esc', 'G']);
  expect(typedKeys(' ', {})).toEqual([{ name: 'space', text: ' ' }]);
});

it('commands can be given other keys, but no two commands the same one', () => {
  expect(remap({ quit: 'Q', up: ['up', 'Z'] }).find(({ name }) => name === 'quit')?.keys).toEqual(['Q']);
  expect(() => remap({ quit: 'j' })).toThrow('key j would be both');
  expect(() => remap({ quit: '4' })).toThrow('key 4 would be both screen 4 and quit');
  expect(() => remap({ explode: 'e' })).toThrow('no command "explode"');
  expect(() => remap(['q'])).toThrow('not an object');
  expect(() => remap({ quit: '1' })).toThrow('key 1 would be both screen 1 and quit');
  expect(remap({ quit: '3', item: 'i' }).find(({ name }) => name === 'quit')?.keys).toEqual(['3']);
  expect(() => remap({ quit: 7 })).toThrow('a key is a text');
});

it('a key that replaces another does what that one did, and help names it', () => {
  const ana = person().with(keymapOf(remap({ quit: 'Q', help: ['F', '?'], 'take over': 'T' })));
  expect(ana.press('q').asked).toEqual([]);
  expect(ana.press('F').text).toMatch(/^ +F \? +help/m);
  expect(ana.press('esc', '2', 'T').asked.at(-1)).toMatchObject({ kind: 'rehearse' });
  expect(ana.press('esc', 'Q').asked.at(-1)).toEqual({ kind: 'quit', code: 0 });
});

it('a session that goes while it is selected leaves no selection behind', () => {
  const ana = new Person().see(overview({ stuck: [stuck('a', 'parked'), stuck('b', 'parked')] })).press('2', 'down');
  expect(selected(ana)).toBe('b');
  ana.see(overview({ stuck: [stuck('a', 'parked')] }));
  expect(selected(ana)).toBe('a');
  expect(ana.see(overview({ stuck: [] })).text).toContain('No stuck session');
});
