// Goal: the written sessions hold where each command is a process of its own, as people run it. Method: as
// sessions.e2e.test.ts, which plays most of them in one process.
import { it } from 'vitest';
import { playSession, sessionNames } from './session.ts';

// A few at once: each has a directory of its own, and most of a session is waiting for the next process to start.
it.concurrent.for(sessionNames())('plays sessions/%s.txt as it is written', async (name, { expect }) => {
  const { written, played } = await playSession(name);
  expect(played).toBe(written);
});
