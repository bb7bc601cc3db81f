// Goal: a name of any length and of any characters that is looked for is not found, or refused by a code; it is no bug.
// Method: names that cannot be, at every door of the library that looks something up, on LMDB.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { type Environment, openEnvironment, TxlogError } from '../../src/index.ts';

const dir = mkdtempSync(join(tmpdir(), 'txlog-names-'));
let env: Environment;

beforeAll(async () => {
  env = await openEnvironment(dir, { create: true });
  await env.submit({ id: 'r', type: 't', changes: [{ op: 'set', key: 'k', value: 1 }] });
  await env.sessions.create('mail', 1, { id: 's' });
});
afterAll(async () => {
  await env.close();
  rmSync(dir, { recursive: true, force: true });
});

async function all(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const doors: Readonly<Record<string, (name: string) => Promise<unknown>>> = {
  'a transaction': (name) => env.find(name),
  'a page': (name) => env.inspect(name),
  'a state': (name) => env.get(name),
  states: (name) => all(env.states({ prefix: name })),
  applied: (name) => env.applied(name),
  'a history': (name) => all(env.history(name)),
  'records of a type': (name) => all(env.records({ types: [name] })),
  'records of a key': (name) => all(env.records({ key: name })),
  'records of a prefix': (name) => all(env.records({ prefix: name })),
  'a count': (name) => env.count({ types: [name] }),
  'a cursor': (name) => env.cursor(name),
  'a wait': (name) => env.wait(name, { timeoutMs: 1 }),
  'a compensation': (name) => env.compensate(name),
  'a plan': (name) => env.planCompensation([name]),
  'a session': (name) => env.sessions.get(name),
  'its data': (name) => env.sessions.data(name),
  'its end': (name) => env.sessions.remove(name),
  'its history': (name) => all(env.sessions.history(name)),
  'a lead': (name) => env.sessions.lead({ session: name }, 'me', 30),
  'a lead of a theme': (name) => env.sessions.lead({ theme: name }, 'me', 30),
  'sessions of a theme': (name) => all(env.sessions.list({ theme: name })),
  'sessions of an order': (name) => all(env.sessions.list({ theme: 'mail', order: name })),
  'sessions after one': (name) => all(env.sessions.list({ after: name })),
  'a theme': (name) => env.sessions.theme(name),
  'a queue': (name) => env.sessions.queue(name),
  'stuck sessions': (name) => env.sessions.stuck({ theme: name }),
  'a saga': (name) => env.sagas.get(name),
  'a word to a saga': (name) => env.sagas.retry(name),
  'sagas of a type': (name) => all(env.sagas.list({ type: name })),
};
const names = {
  'of 300 letters': 'x'.repeat(300),
  'of 5,000 letters': 'x'.repeat(5_000),
  'of 100,000 bytes': 'ü'.repeat(50_000),
  'of none': '',
  'with a zero': 'a\u0000b',
  'with half a character': '\ud800',
};

describe.each(Object.keys(doors))('a call that names %s', (door) => {
  it.each(Object.entries(names))('answers or refuses a name %s, and never crashes', async (_, name) => {
    try {
      await doors[door]?.(name);
    } catch (error) {
      if (!(error instanceof TxlogError)) throw error;
    }
  });
});
