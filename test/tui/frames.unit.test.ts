// Goal: the screen looks as it was looked at and agreed on, at 80x24 and at 120x30; each frame has exactly as many rows
// and columns as the terminal, whatever the data say; and ink draws the same. Method: frames of written states beside
// golden files (UPDATE_GOLDEN=1 writes them anew), and states of made-up data.
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { DecidedAgain, SagaReading, TransactionReport } from '../../src/index.ts';
import type { SessionPage } from '../../src/pages/session.ts';
import { widthOf } from '../../src/text/width.ts';
import { defaultCommands, keymapOf } from '../../src/tui/app/keymap.ts';
import { frameOf } from '../../src/tui/frame/frame-of.ts';
import { Painter } from '../../src/tui/frame/painter.ts';
import { freshState, now, overview, Person, queue, record, session, stuck } from './example.ts';

const saga = { id: 's-02be', type: 'refund', data: { order: 'o-19' }, phase: 'failed', createdAt: now - 3_600_000 };
const side = { status: 'waiting', attempts: 0, begun: 0, round: 0, maybe: false };
const done = { ...side, status: 'done', attempts: 1, begun: 1, beganAt: now - 60_000, endedAt: now - 59_800 };
const sagaReading = {
  saga: {
    ...saga,
    itinerary: [['reserve'], ['pay', 'label'], ['ship']],
    error: 'ship: the carrier is on strike',
    problem: 'pay cannot be undone: refund failed',
    steps: new Map([
      ['reserve', { name: 'reserve', do: done, undo: side }],
      [
        'pay',
        {
          name: 'pay',
          do: done,
          undo: { ...done, status: 'failed', attempts: 5, begun: 5, error: 'refund failed, attempt 5' },
        },
      ],
      ['label', { name: 'label', do: done, undo: { ...done } }],
      ['ship', { name: 'ship', do: { ...done, status: 'failed', error: 'the carrier is on strike' }, undo: side }],
    ]),
  },
  ...{ phase: 'failed', session: session('s-02be', { themeName: 'saga/refund' }), outcome: undefined },
  log: [
    { event: { event: 'started', v: 1, type: 'refund', data: null }, position: 3, time: now - 3_600_000 },
    { event: { event: 'retry' }, position: 9, time: now - 60_000, actor: 'ana', reason: 'the bank is back' },
  ],
} as unknown as SagaReading;

const messages = [
  {
    ...{ step: 'label', side: 'undo', service: 'post' },
    session: session('s-02be/label/undo', {
      ...{ themeName: 'to/post', status: 'stored', attempts: 3, due: now + 60_000, error: 'no route to host' },
    }),
  },
];

const decision: DecidedAgain = {
  record: record(81, { actor: 'web' }),
  read: [
    { key: 'stock/tea', version: 7, value: 3 },
    { key: 'email/ann@example.com', version: 0 },
  ],
  answer: { rejection: { code: 'SOLD_OUT', reason: '3 left' } as never },
  ...{ was: { outcome: 'committed' }, would: { outcome: 'rejected', code: 'SOLD_OUT', reason: '3 left' } },
  ...{ keys: [], differs: 'outcome' },
};

const page = {
  id: 's-91aa',
  session: session('s-91aa', { error: 'no route' }),
  data: [{ to: 'ann' }],
  history: [],
  earlier: false,
};

const parking = record(8_120_441, {
  ...{ id: 'txlog.session/8120441', type: 'txlog.session', actor: 'bob', payload: { reason: 'carrier strike' } },
  changes: [{ op: 'session.park', key: '\u0001s-02be', value: { error: 'address unknown' } }] as never,
});

const scenes: Readonly<Record<string, (ana: Person) => Person>> = {
  overview: (ana) => ana.see(overview()),
  empty: (ana) => ana.see(overview({ stuck: [], queues: [], needs: [], sagas: undefined })),
  stuck: (ana) =>
    ana
      .see(overview())
      .press('2')
      .load(
        { want: 'waiting', id: 's-7f2c' },
        {
          waiters: [{ id: 's-88d0', theme: 'x', status: 'behind', why: 'order', waitsFor: 's-7f2c', depth: 1 }],
          more: false,
        },
      ),
  saga: (ana) =>
    ana
      .see(overview())
      .press('2', 'down', 'enter')
      .load({ want: 'saga', id: 's-02be' }, sagaReading)
      .load({ want: 'messages', id: 's-02be' }, messages),
  session: (ana) =>
    ana
      .see(overview())
      .press('2', 'G', 'enter')
      .load({ want: 'session', id: 's-91aa' }, page as unknown as SessionPage),
  log: (ana) =>
    ana
      .see(overview())
      .press('4')
      .load({ want: 'records', where: '' }, [...Array.from({ length: 39 }, (_, i) => record(8_120_402 + i)), parking]),
  record: (ana) =>
    ana
      .see(overview())
      .press(':', "'inspect 8120441'", 'enter')
      .load({ want: 'record', position: 8_120_441 }, {
        ...{ record: parking, keys: [], compensatedBy: undefined, compensates: undefined },
        sessions: [
          {
            ...{ key: '\u0001s-02be', before: { value: { theme: 7, status: 'ready', epoch: 4 } } },
            ...{ after: { value: { theme: 7, status: 'parked', epoch: 4, error: 'address unknown' } } },
            ...{ previous: { position: 12, id: 'txlog.session/12' }, next: undefined },
          },
        ],
      } as unknown as TransactionReport),
  queue: (ana) =>
    ana
      .see(overview())
      .press(':', "'queue show refund'", 'enter')
      .load(
        { want: 'queue', theme: 'refund', filter: '' },
        {
          rows: [session('r-1', { themeName: 'refund', status: 'ready' }), session('r-2', { themeName: 'refund' })],
          ...{ hasBefore: false, hasAfter: false },
        },
      ),
  dumps: (ana) =>
    ana
      .see(
        overview({
          origins: [
            {
              ...{ origin: 'u-shop', mode: 'mirror', cursor: 'u-shop:8120:ab', lag: { records: 12_400, seconds: 540 } },
              heard: now - 30_000,
            },
          ],
        }),
      )
      .press('6'),
  states: (ana) =>
    ana
      .see(overview())
      .press('5')
      .load(
        { want: 'states', prefix: '', filter: '' },
        {
          rows: [
            {
              key: 'email/ann',
              kind: 'dedicated',
              value: 'c-1',
              version: 1,
              position: 7,
              owner: { id: 'r-7', position: 7 },
            },
            { key: 'stock/tea', kind: 'shared', value: 41, version: 17, position: 81 },
          ],
          ...{ hasBefore: false, hasAfter: false },
        },
      ),
  state: (ana) =>
    ana
      .see(overview())
      .press(':', "'get stock/tea'", 'enter')
      .load(
        { want: 'state', key: 'stock/tea' },
        {
          ...{ key: 'stock/tea', at: undefined, before: { key: 'stock/tea', kind: 'shared', value: 42, version: 16 } },
          state: { key: 'stock/tea', kind: 'shared', value: 41, version: 17, position: 81, applied: 17 },
          steps: [80, 81].map((position) => ({ position, id: `r-${position}`, type: 'stock.reserve', time: now })),
        },
      ),
  'what-if': (ana) =>
    ana
      .see(overview())
      .press(':', "'compensate --plan 81'", 'enter')
      .load(
        { want: 'what-if', position: 81 },
        {
          ...{ v: 1, unit: 'u', head: '90' },
          items: [{ position: '81', id: 'r-81', keys: [{ key: 'stock/tea', was: 41, would: 42 }] }],
        },
      ),
  jobs: (ana) =>
    ana
      .see(
        overview({
          plans: [
            {
              ...{ id: '01a2', noun: 'session', does: 'park', nth: 120, of: 340, position: 900, time: now - 1_200_000 },
              ...{ target: 's-120', actor: 'bob', reason: 'wrong address' },
            },
          ],
        }),
      )
      .press('7'),
  dialog: (ana) => {
    ana.see(overview()).press('2', 't');
    const { dialog } = ana.asked.at(-1) as { dialog: { action: object } };
    const items = [{ id: 's-7f2c', before: 'active, epoch 17', after: 'ready', position: 40 }];
    return ana.hear({ type: 'planned', action: dialog.action, items }).press("'its worker died'");
  },
  debugger: (ana) =>
    ana.see(overview()).press(':', "'debug 81'", 'enter').load({ want: 'decision', position: 81 }, decision),
  palette: (ana) => ana.see(overview()).press('2', ':', "'se'"),
  help: (ana) => ana.see(overview()).press('4', '?'),
  lost: (ana) =>
    ana
      .see(overview())
      .hear({ type: 'lost', problem: { code: 'ENV_NOT_FOUND', message: 'it is gone', next: [] }, now: now + 90_000 }),
};

const sizes = [
  [80, 24],
  [120, 30],
] as const;

it('the screen draws nothing from one second to the next while nothing happens', () => {
  const quiet = overview({ throughput: Array.from({ length: 60 }, () => 0) });
  for (const scene of Object.values(scenes)) {
    const ana = scene(new Person());
    const painter = new Painter();
    const drawn = (ms: number) => {
      const { stuck: all } = quiet;
      const later = all.map((one) => ({ ...one, age: one.age + ms }));
      ana.hear({ type: 'overview', overview: { ...quiet, time: now + ms, stuck: later }, now: now + ms });
      return painter.changesTo(frameOf(ana.state, keymapOf(defaultCommands)));
    };
    drawn(0);
    expect([1_000, 2_000, 3_000].flatMap(drawn)).toEqual([]);
  }
});

describe.each(sizes)('a screen of %ix%i', (columns, rows) => {
  it.each(Object.keys(scenes))('looks as its golden file does: %s', (name) => {
    const frame = `${scenes[name]?.(new Person(freshState(columns, rows))).text}\n`;
    const file = fileURLToPath(new URL(`./frames/${name}-${columns}x${rows}.txt`, import.meta.url));
    if (process.env.UPDATE_GOLDEN === '1') writeFileSync(file, frame);
    expect(existsSync(file) ? readFileSync(file, 'utf8') : '').toBe(frame);
  });
});

const nasty = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '\u001b[2J',
    '\r\n',
    '\u202eevil',
    '漢字かな',
    '👩‍👩‍👧‍👦',
    'e\u0301',
    '\u009b31m',
    'x'.repeat(5_000),
    '',
  ),
);

it('each frame fills the terminal exactly, and holds nothing that a terminal acts on, whatever the data say', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 20, max: 210 }),
      fc.integer({ min: 3, max: 62 }),
      nasty,
      nasty,
      (columns, rows, a, b) => {
        const one = stuck(`id ${a}`, 'parked', { themeName: `t ${b}`, order: b, error: a });
        const ana = new Person(freshState(columns, rows)).see(
          overview({
            stuck: [one],
            queues: [queue(a, { ready: 3 }), queue(`${b}2`, {})],
            dir: b,
            needs: [{ level: 'bad', about: { kind: 'session', name: a }, text: b, age: 5, next: a }],
          }),
        );
        for (const keys of [[], ['2'], ['x'], ['enter'], ['4'], ['5'], ['?'], ['esc', ':'], [`'${a}'`]]) {
          for (const line of ana.press(...keys).frame) {
            expect(widthOf(line)).toBe(columns);
            // biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
            expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/);
          }
          expect(ana.frame.length).toBe(rows);
        }
      },
    ),
    { numRuns: 60 },
  );
});

it('the screen says that the terminal is too small, and how large it has to be', () => {
  expect(new Person(freshState(50, 10)).see(overview()).text).toContain('too small: 50x10; it takes 60x16');
});

it('the screen is drawn with ASCII alone where it is told to', () => {
  const ana = new Person({ ...freshState(), look: { hasColor: false, isAscii: true } }).see(overview());
  for (const line of [...ana.frame, ...ana.press('2').frame, ...ana.press('enter').frame])
    expect(line).toMatch(/^[\x20-\x7e]*$/);
});
