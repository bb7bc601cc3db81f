import DOMPurify from 'dompurify';
import { beforeAll, expect, it } from 'vitest';
import { engineTexts } from '../../../src/cli/print/engine-key.ts';
import { formatQueue, formatQueues } from '../../../src/cli/print/queue-page.ts';
import { RecordLines } from '../../../src/cli/print/record-lines.ts';
import { formatSessions } from '../../../src/cli/print/session-lines.ts';
import { formatSessionMermaid } from '../../../src/cli/print/session-mermaid.ts';
import { formatSessionPage } from '../../../src/cli/print/session-page.ts';
import { formatStuck } from '../../../src/cli/print/stuck-lines.ts';
import { formatTransaction } from '../../../src/cli/print/transaction-page.ts';
import { fromSession, sessionKey, themeKey } from '../../../src/core/fold/session.ts';
import { emptyThemeCounts } from '../../../src/layout/theme-counts.ts';
import type { SessionPage } from '../../../src/pages/session.ts';
import type { SessionReading } from '../../../src/sessions/read/read-session.ts';
import type { StuckSession } from '../../../src/sessions/worker/find-stuck.ts';
import { toQueuePageJson } from '../../../src/shapes/queue.ts';
import { toSessionPageJson, toStuckJson } from '../../../src/shapes/session.ts';
import { makeColors } from '../../../src/text/colors.ts';
import { jsonText } from '../../../src/text/printable.ts';
import { sampleRecord, sampleReport } from './sample.ts';

const evil = `a;%%{init}%%\u202e-->>B: x\nend\u001b[31m'$(rm)`;
const colors = makeColors(false);
const session: SessionReading = {
  ...{ id: evil, theme: 1, themeName: evil, status: 'active', epoch: 2, attempts: 2, created: 1, createdAt: 1 },
  ...{ since: 2, due: 1, order: evil, from: 1, chunks: 1, bytes: 9, operator: evil, lease: 30, error: evil },
  ...{ version: 3, position: 3 },
};
const key = sessionKey(evil);
const record = sampleRecord({
  ...{ id: 'txlog.session/7', type: 'txlog.session', actor: evil, payload: { reason: evil }, decided: true },
  changes: [
    { op: 'set', key: themeKey(evil), value: { number: 1 } },
    { op: 'session.new', key, value: { theme: 1, data: { [evil]: evil }, order: evil } },
    { op: 'session.lead', key, value: { operator: evil, lease: 30 } },
    { op: 'session.store', key, value: { epoch: 1, due: 5, error: evil } },
  ],
});
const state = { key, kind: 'session' as const, value: fromSession(session), version: 1, position: 7 };
const page: SessionPage = {
  ...{ id: evil, session, data: [{ [evil]: evil }, evil, new Uint8Array(3)], earlier: true, next: 9 },
  history: [
    { record, after: state },
    { record, before: state, after: state },
    { record, before: state },
  ],
  operator: {
    ...{ alive: false, why: 'late', until: 5 },
    operator: { id: evil, host: evil, process: 7, themes: [evil], lease: 30, started: 1 },
  },
};
const stuck: StuckSession = { session, reason: 'dead', detail: evil, age: 5, owner: evil, nextTry: 9, next: evil };
const worker = { id: evil, host: evil, process: 7, themes: [evil], lease: 30, started: 1 };
const queue = {
  ...{
    name: evil,
    number: 1,
    paused: true,
    counts: { ...emptyThemeCounts, parked: 1 },
    next: [session],
    oldest: session,
    nextDue: 5,
  },
  ...{ rates: { in: 1, out: 2 }, workers: [{ alive: true as const, operator: worker, until: 5 }] },
};
const report = sampleReport(record, { keys: [], sessions: [{ key, before: state, after: state }] });

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding them is the purpose
const unprintable = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u2028-\u202e]/;

it.each([
  ['page', formatSessionPage(page, 9, colors)],
  ['page as JSON', jsonText(toSessionPageJson(page))],
  ['list', formatSessions([session], 9, colors)],
  ['stuck', formatStuck([stuck], colors)],
  ['stuck as JSON', jsonText(toStuckJson(stuck))],
  ['queue', formatQueue(queue, 9, colors)],
  ['queue as JSON', jsonText(toQueuePageJson(queue, 9))],
  ['queues', formatQueues([queue], 9, colors)],
  ['log', new RecordLines(colors).format([record])],
  ['transaction', formatTransaction(report, colors)],
  ['diagram', formatSessionMermaid(page)],
])('the %s holds no character that a terminal acts on', (_, text) => {
  expect(text).not.toMatch(unprintable);
  expect(text).toContain('a');
});

it('each operation on a session is printed by its own name', () => {
  const line = new RecordLines(colors).format([
    sampleRecord({
      changes: [
        { op: 'session.lead', key: sessionKey('s-1') },
        { op: 'add', key: 'n', value: 1 },
      ],
    }),
  ]);
  expect(line).toMatch(/ n, lead session s-1$/);
});

it('of many sessions to which the same happened the first are named', () => {
  const all = ['a', 'b', 'c', 'd', 'e'].map((id) => ({ op: 'session.lead', key: sessionKey(id) }) as const);
  const textOf = (changes: Parameters<typeof engineTexts>[0]) => engineTexts(changes).join('; ');
  expect(textOf([...all, { op: 'session.remove', key: sessionKey('f') }])).toBe(
    'lead sessions a, b, c and 2 more; remove session f',
  );
  expect(textOf(all.slice(0, 3))).toBe('lead session a; lead session b; lead session c');
  expect(textOf([])).toBe('');
});

it('the diagram tells who led a session, also in a record that did more to others', () => {
  const changes = [
    { op: 'session.remove', key, value: { epoch: 1 } },
    { op: 'session.lead', key: sessionKey('other'), value: { operator: 'another', lease: 1 } },
  ] as const;
  const entry = { record: sampleRecord({ changes }), before: state };
  expect(formatSessionMermaid({ ...page, history: [entry] })).toMatch(/O1->>S: .*remove/);
});

let parse: (text: string) => Promise<unknown>;
beforeAll(async () => {
  // Mermaid cleans texts through a DOM, which Node does not have; its grammar does not need it.
  Object.assign(DOMPurify, { sanitize: String, addHook: () => undefined });
  const { default: mermaid } = await import('mermaid');
  parse = (text) => mermaid.parse(text);
});

it('the diagram of a session draws its life', async () => {
  expect(await parse(formatSessionMermaid(page))).toMatchObject({ diagramType: 'sequence' });
});
