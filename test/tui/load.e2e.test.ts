// Goal: the real program beside a writer: it shows what is written, in the next frames, holds nothing that makes the file
// grow, walks long lists, and gives the terminal back. Method: a few thousand records here; a million, in tmux, in load.long.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { Shell } from '../cli/txlog.ts';
import { churn, fill, startWriter } from './loaded.ts';
import { keys, Terminal } from './terminal.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => shell.remove());

it('the screen beside a writer shows what is written, walks through it, and gives the terminal back', async () => {
  await fill(shell, { records: 1_000, sessions: 480, stuck: 40 });
  const terminal = new Terminal(shell);
  const writer = startWriter(shell, 400);
  try {
    await terminal.sees('8 need you');
    await terminal.sees(/pos (?:1,[6-9]|[2-9],)/);
    await terminal.pressEach('2');
    await terminal.sees(/s-\d+ +q\d +parked/);
    await terminal.pressEach('1', 'G', keys.enter);
    await terminal.sees(/queue q7/);
    await terminal.sees(/> +s-\d+/);
    await terminal.pressEach('G');
    await terminal.sees(/> +s-\d+ +parked/);
    terminal.press('q');
    expect(await terminal.ended()).toEqual({ code: 0, isRestored: true });
  } finally {
    writer.kill('SIGKILL');
    terminal.talk.child.kill('SIGKILL');
  }
});

it('the screen shows in its next frames, within 250 ms, what another process does, and makes no file grow', async () => {
  const env = await openEnvironment(join(shell.dir, 'env'));
  const terminal = new Terminal(shell);
  try {
    await terminal.sees('Nothing needs you');
    const frames = () => terminal.bytes.split('\u001b[?2026h').length;
    const delays: number[] = [];
    for (let i = 0; i < 5; i++) {
      await env.sessions.create(`mail-${i}`, i, { id: `m-${i}` });
      await env.sessions.park(`m-${i}`, `reason ${i}`);
      const before = frames();
      const begun = performance.now();
      await terminal.sees(`reason ${i}`);
      delays.push(performance.now() - begun);
      // One that shows the first of the two operations, one of the clock, and the one that shows it.
      expect(frames() - before).toBeLessThanOrEqual(3);
    }
    // The rest is what others do to the machine.
    expect(Math.min(...delays)).toBeLessThan(250);
    const first = await churn(env, 60);
    const grown = (await churn(env, 60)) - first;
    // What a snapshot that stayed would keep: each pair of commits frees pages of 3 KB of data and of the tables.
    expect(grown).toBeLessThan(60 * 64 * 1_024);
    await terminal.sees(/big/);
  } finally {
    terminal.talk.child.kill('SIGKILL');
    await env.close();
  }
});
