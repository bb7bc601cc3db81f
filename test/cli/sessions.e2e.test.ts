// Goal: what people and scripts see of the command line changes only on purpose. Method: each file in sessions/ is a
// session at a shell, with its stdout, stderr and exit codes, played again and compared (session.ts). TXLOG_SESSIONS names
// the ones to play, with spaces between; without it all are.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { playSession } from './session.ts';

const dir = fileURLToPath(new URL('./sessions/', import.meta.url));

const only = process.env.TXLOG_SESSIONS?.split(' ');
const names = readdirSync(dir).flatMap((file) => (file.endsWith('.txt') ? [file.slice(0, -4)] : []));

// A few at once: each has a directory of its own, and most of a session is waiting for the next process to start.
it.concurrent.for(names.filter((name) => only?.includes(name) ?? true))(
  'plays sessions/%s.txt as it is written',
  async (name, { expect }) => {
    const { written, played } = await playSession(join(dir, `${name}.txt`));
    expect(played).toBe(written);
  },
);

it('knows the sessions that TXLOG_SESSIONS asks for', () => {
  expect(names).toEqual(expect.arrayContaining(only ?? []));
});
