import { expect } from 'vitest';
import type { SessionStatus } from '../../src/core/fold/session.ts';
import { checkData, dataOf } from '../../src/core/log/session-input.ts';
import type { Environment } from '../../src/environment/environment.ts';
import type { QueuePart } from '../../src/layout/queue-keys.ts';
import { readTheme, sessionsOf } from '../../src/sessions/read/read-session.ts';
import type { Model } from './model.ts';
import type { Found } from './session-model.ts';

const parts: readonly (readonly [QueuePart, readonly SessionStatus[]])[] = [
  ['waiting', ['ready', 'stored']],
  ['behind', ['behind']],
  ['active', ['active']],
  ['parked', ['parked']],
];

/** Compares all sessions, their data, their lists in order, and the counts of their themes, now. */
export async function checkSessions(env: Environment, model: Model): Promise<void> {
  const { sessions } = model;
  const themes = [...sessions.themes()].sort(([a], [b]) => (a < b ? -1 : 1));
  expect(await env.sessions.themes()).toEqual(
    themes.map(([name, { number, paused }]) => ({ name, number, paused, counts: sessions.counts(number) })),
  );
  for (const id of [...sessions.ids(), 'never']) await checkOne(env, model, sessions.at(id), id);
  for (const [name, { number }] of themes) {
    for (const [part, statuses] of parts)
      expect(await listed(env, name, part)).toEqual(sessions.list(number, statuses).map(({ id }) => id));
    // Of one order key, oldest first; the keys by their bytes.
    const orders = [...new Set(sessions.live(number).map(({ session }) => session.order ?? ''))].filter(Boolean);
    const lines = orders.sort(byBytes).flatMap((order) => sessions.line(number, order));
    expect(await listed(env, name, 'line')).toEqual(lines.map(({ id }) => id));
  }
}

/** Compares all sessions as they were at a position. */
export async function checkSessionsAt(env: Environment, model: Model, moment: number): Promise<void> {
  const { sessions } = model;
  for (const id of sessions.ids()) await checkOne(env, model, sessions.at(id, moment), id, moment);
}

async function checkOne(env: Environment, model: Model, found: Found | undefined, id: string, asOf?: number) {
  const at = asOf === undefined ? {} : { asOf };
  const reading = await env.sessions.get(id, at);
  if (!found?.session) {
    expect(reading).toBeUndefined();
    return;
  }
  const { session, version, position, chunks } = found;
  const themeName = [...model.sessions.themes()].find(([, { number }]) => number === session.theme)?.[0];
  expect(reading).toEqual({ ...session, id, themeName, version, position });
  const data = await env.sessions.data(id, at);
  expect(data).toEqual(chunks.map(dataOf));
  expect(data.map((each) => checkData(each).chunk)).toEqual(chunks);
  expect(await env.sessions.data(id, { ...at, limit: 1 })).toEqual(chunks.slice(0, 1).map(dataOf));
}

function listed(env: Environment, theme: string, part: QueuePart): Promise<readonly string[]> {
  return env.read((cut) => {
    const reading = readTheme(cut, theme);
    return reading ? [...sessionsOf(cut, reading, { part })].map(({ id }) => id) : [];
  });
}

const byBytes = (a: string, b: string) => Buffer.compare(Buffer.from(`${a}\0`), Buffer.from(`${b}\0`));
