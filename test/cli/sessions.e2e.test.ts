// Goal: what people and scripts see of the command line changes only on purpose. Method: each file in sessions/ is a
// session at a shell, with its stdout, stderr and exit codes, played again and compared (session.ts). One of them starts a
// process for each command, the others call one process (kit/README.md): what they show is what the command line says.
// The long run plays them all with processes. TXLOG_SESSIONS names the ones to play, with spaces between.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WarmCommands } from '../kit/warm-commands.ts';
import { playSession, sessionNames } from './session.ts';

const only = process.env.TXLOG_SESSIONS?.split(' ');
const names = sessionNames().filter((name) => only?.includes(name) ?? true);
const withProcesses = ['first'];

it.for(names.filter((name) => withProcesses.includes(name)))(
  'plays sessions/%s.txt as it is written, each command in a process of its own',
  async (name) => {
    const { written, played } = await playSession(name);
    expect(played).toBe(written);
  },
);

describe('in one process', () => {
  let commands: WarmCommands;
  beforeAll(() => {
    commands = new WarmCommands();
  });
  afterAll(() => commands.close());

  it.for(names.filter((name) => !withProcesses.includes(name)))(
    'plays sessions/%s.txt as it is written',
    async (name) => {
      const { written, played } = await playSession(name, commands);
      expect(played).toBe(written);
    },
  );
});

it('knows the sessions that TXLOG_SESSIONS asks for', () => {
  expect(sessionNames()).toEqual(expect.arrayContaining(only ?? []));
});
