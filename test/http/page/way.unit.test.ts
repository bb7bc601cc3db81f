// Goal: the diagram of a request tells its way in order, fits its width, and takes no data for markup. Method: ways made by
// hand, also with names that no screen could hold and that would be markup, drawn and read.
import { h } from 'preact';
import { render } from 'preact-render-to-string';
import { describe, expect, it } from 'vitest';
import { WayDiagram } from '../../../src/http/page/way/draw-way.tsx';
import { placeStations } from '../../../src/http/page/way/place-stations.ts';
import { WayInWords } from '../../../src/http/page/way/way-in-words.tsx';
import { stationsOf } from '../../../src/http/page/way/way-stations.ts';
import type { KeyReport, SagaReading, StoredRecord } from '../../../src/index.ts';
import type { RequestWay } from '../../../src/pages/request-way.ts';
import { printable } from '../../../src/text/printable.ts';

const record = (fields: Partial<StoredRecord> = {}): StoredRecord => ({
  ...{ position: 4, id: 'r-1', type: 'order', time: 1_400, outcome: 'committed', decided: false, rejection: undefined },
  ...{
    actor: undefined,
    payload: undefined,
    changes: [],
    expect: [],
    compensates: undefined,
    digest: new Uint8Array(32),
  },
  ...fields,
});
const state = (key: string, value: never) => ({ key, kind: 'shared' as const, value, version: 1, position: 4 });
const key = (name: string, before?: unknown, after?: unknown): KeyReport => ({
  key: name,
  ...(before !== undefined && { before: state(name, before as never) }),
  ...(after !== undefined && { after: state(name, after as never) }),
});
const session = {
  theme: 1,
  epoch: 1,
  attempts: 1,
  created: 2,
  createdAt: 1_000,
  since: 1_000,
  due: 1_000,
  from: 2,
  chunks: 1,
  bytes: 1,
};

const way = (fields: Partial<RequestWay> = {}): RequestWay => ({
  ...{ id: 'r-1', theme: 'request/order', leftOut: 0, sagas: [] },
  report: { record: record(), keys: [key('stock/tea', 5, 3)], sessions: [] },
  operations: [
    { op: 'session.new', position: 2, time: 1_000, session: { ...session, status: 'ready' } },
    { op: 'session.lead', position: 3, time: 1_250, session: { ...session, status: 'active', operator: 'worker-1' } },
    { op: 'session.remove', position: 4, time: 1_400 },
  ],
  response: { session: 'x', theme: 'frontend/a', position: 4, time: 1_400, taken: { position: 5, time: 1_420 } },
  ...fields,
});
const titles = (one: RequestWay) => stationsOf(one).map(({ title }) => title);

describe('the stations of a way', () => {
  it('are in order, with the time in between and what changed', () => {
    const stations = stationsOf(way());
    expect(stations.map(({ title, since }) => [title, since])).toEqual([
      ['Queued', undefined],
      ['Led, attempt 1', '+250ms'],
      ['Committed', '+150ms'],
      ['Response queued', undefined],
      ['Response taken', '+20ms'],
    ]);
    expect(stations[2]?.keys).toEqual([{ key: 'stock/tea', before: '5', after: '3' }]);
  });

  it('tell of failures, parking, a rejection, and what undid it', () => {
    const failed = { ...session, status: 'stored' as const, error: 'no room', due: 4_000 };
    const operations = [
      ...way().operations.slice(0, 2),
      { op: 'session.store' as const, position: 4, time: 2_000, session: failed },
      { op: 'session.park' as const, position: 5, time: 3_000, session: { ...failed, status: 'parked' as const } },
    ];
    const rejection = { code: 'KEY_OWNED', reason: 'somebody has it' };
    const rejected = record({ position: 9, time: 5_000, outcome: 'rejected', rejection });
    const { response: _, ...one } = way({
      ...{ operations, report: { record: rejected, keys: [key('a', 1, 1)], sessions: [] } },
    });
    expect(titles(one)).toEqual([
      ...['Queued', 'Led, attempt 1', 'Failed'],
      ...['Parked: it waits for a person', 'Rejected: KEY_OWNED'],
    ]);
    expect(stationsOf(one)[2]).toMatchObject({ detail: 'again after 2s: no room', mark: 'bad' });
    expect(stationsOf(one).at(-1)).toMatchObject({ detail: 'somebody has it', keys: [] });
    const undone = way({ undone: { id: 'u-1', position: 9, time: 9_000 } });
    expect(stationsOf(undone).at(-1)).toMatchObject({ title: 'Undone', detail: 'by u-1', mark: 'undo' });
  });

  it('leave out the middle of a long life, and most of many keys', () => {
    const keys = Array.from({ length: 30 }, (_, i) => key(`k/${i}`, undefined, i));
    const one = way({ leftOut: 1_234, report: { record: record(), keys, sessions: [] } });
    expect(titles(one)).toContain('1,234 operations more');
    expect(stationsOf(one).find(({ isDecision }) => isDecision)).toMatchObject({ keysLeftOut: 22 });
  });

  it('have the steps of a saga that the request started beside them', () => {
    const side = { status: 'done', attempts: 1, begun: 1, round: 0, maybe: false, endedAt: 1_500 } as const;
    const none = { ...side, status: 'waiting', begun: 0 } as const;
    const steps = new Map([['pay', { name: 'pay', do: side, undo: none }]]);
    const saga = { id: 's-1', type: 'ship', data: 1, phase: 'running' as const, createdAt: 1_400, steps };
    const reading: SagaReading = { saga, phase: 'running', session: undefined, outcome: undefined, log: [] };
    const found = stationsOf(way({ sagas: [reading] })).filter(({ branch }) => branch === 1);
    expect(found.map(({ title }) => title)).toEqual(['Saga ship', 'Step pay: done', 'Saga running']);
  });
});

const bad = `"><script>alert(1)</script><g onload='x'>&amp;\u202e\u0007${'x'.repeat(400)}`;
const hostileWay = way({
  theme: bad,
  report: { record: record({ type: bad }), keys: [key(bad, { [bad]: bad }, bad)], sessions: [] },
  operations: [
    { op: 'session.lead', position: 2, time: 1_000, session: { ...session, status: 'active', operator: bad } },
  ],
});

it('data are text in the drawing and in its words', () => {
  const stations = stationsOf(hostileWay);
  for (const html of [
    render(h(WayDiagram, { stations, label: printable(bad) })),
    render(h(WayInWords, { stations })),
  ]) {
    expect(html).not.toMatch(/<script|<g onload|\u202e|[^\P{Cc}\n]/u);
    expect(
      html
        .match(/<[a-z]+/g)
        ?.filter((tag) => !/^<(svg|path|g|circle|rect|text|ol|ul|li|strong|bdi|a|span|time)$/.test(tag)),
    ).toEqual([]);
  }
});

it.each([320, 760])('no text is wider than a drawing of %s units', (width) => {
  const { stations, height } = placeStations(stationsOf(hostileWay), width);
  // A letter of the widest fonts in use; the styles give details 13 units, and titles 14.
  const ends = (text: string, x: number, unit: number) => x + text.length * unit;
  for (const { title, detail, keys, textX, y } of stations) {
    expect(ends(title, textX, 8.4)).toBeLessThanOrEqual(width);
    expect(ends(detail, textX, 7.9)).toBeLessThanOrEqual(width);
    for (const { key, delta } of keys)
      for (const text of [key, delta]) expect(ends(text, textX + 14, 7.9)).toBeLessThanOrEqual(width);
    expect(y).toBeLessThan(height);
  }
});

it('the drawing has a name, and says where the same is in words', () => {
  const html = render(h(WayDiagram, { stations: stationsOf(way()), label: 'The way of request r-1' }));
  expect(html.match(/role="img" aria-label="The way of request r-1" aria-describedby="way-in-words"/g)).toHaveLength(2);
  expect(render(h(WayInWords, { stations: stationsOf(way()) }))).toMatch(/^<ol id="way-in-words"/);
});
