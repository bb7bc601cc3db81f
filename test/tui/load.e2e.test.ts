// Goal: the real program in tmux beside a writer: it shows what is written, holds nothing that makes the file grow, walks
// long lists, and leaves what the terminal showed before as it was; what another process does shows in the next frames.
// Method: a few thousand records here, a million in load.long.
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { Shell } from '../cli/txlog.ts';
import { churn, fill, startWriter, TmuxWindow } from './loaded.ts';
import { Terminal } from './terminal.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => shell.remove());

it('in tmux, beside a writer: shows, walks, and leaves the terminal as it was', async () => {
  await fill(shell, { records: 5_000, sessions: 1_000, stuck: 40 });
  const window = new TmuxWindow(shell);
  const writer = startWriter(shell, 400);
  try {
    await window.sees('8 need you');
    await window.sees(/pos (?:5,[3-9]|[6-9],)/);
    window.press('2');
    await window.sees(/s-\d+ +q\d +parked/);
    window.press('1', 'G', 'Enter');
    await window.sees(/queue q7/);
    await window.sees(/> +s-\d+/);
    window.press('G');
    await window.sees(/> +s-\d+ +parked/);
    window.press('q');
    const text = await window.sees('after the screen');
    expect(text.trim().split(/\n+/)).toEqual(['before the screen', 'after the screen']);
  } finally {
    writer.kill('SIGKILL');
    window.close();
  }
});

it('shows in the next frames what another process does, and makes no file grow', async () => {
  const env = await openEnvironment(join(shell.dir, 'env'));
  const terminal = new Terminal(shell);
  try {
    await terminal.sees('Nothing needs you');
    const frames = () => terminal.bytes.split('\u001b[?2026h').length;
    for (let i = 0; i < 3; i++) {
      await env.sessions.create('mail', i, { id: `m-${i}` });
      await env.sessions.park(`m-${i}`, `reason ${i}`);
      const before = frames();
      await terminal.sees(`reason ${i}`);
      // One that shows the first of the two operations, one of the clock, and the one that shows it.
      expect(frames() - before).toBeLessThanOrEqual(3);
    }
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
