// Goal: a screen that is left open over a million records, 10,000 sessions and 200 that are stuck takes next to no CPU, also
// beside a writer; over a terminal that takes 2 KB a second it holds no more memory; and it is there as soon as a command.
// Method: the real program in tmux, and what /proc says of it. Bounds are those of the guide, doubled for a busy machine.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEnvironment } from '../../src/index.ts';
import { shellQuote } from '../../src/text/shell-quote.ts';
import { Shell } from '../cli/txlog.ts';
import { cpuShare, fill, residentBytes, startWriter, TmuxWindow } from './loaded.ts';
import { commandLine } from './terminal.ts';

let shell: Shell;
beforeAll(async () => {
  shell = new Shell();
  await fill(shell, { records: 1_000_000, sessions: 10_000, stuck: 200 });
}, 600_000);
afterAll(() => shell.remove());

/** Figures for who looks at them. */
const measured: Record<string, string> = {};
afterAll(() => {
  if (process.env.TXLOG_FIGURES) writeFileSync(process.env.TXLOG_FIGURES, JSON.stringify(measured, undefined, 2));
});
const percent = (share: number) => `${(share * 100).toFixed(1)} %`;

it('the screen takes next to no CPU, idle and beside a writer, and shows the whole of the environment', async () => {
  const begun = performance.now();
  const window = new TmuxWindow(shell);
  await window.sees('8 need you');
  const firstFrame = performance.now() - begun;
  const command = performance.now();
  shell.runAlone(['status']);
  const commandMs = performance.now() - command;
  Object.assign(measured, { firstFrameMs: firstFrame.toFixed(0), commandMs: commandMs.toFixed(0) });
  expect(firstFrame).toBeLessThan(3 * commandMs);
  await window.sees('pos ~1M');
  await cpuShare(window.pid, 15);
  const idle = await cpuShare(window.pid, 60);
  const writer = startWriter(shell, 1_000);
  try {
    await window.sees(/ [1-9]\d\d[\d.]*\/s/);
    const loaded = await cpuShare(window.pid, 30);
    Object.assign(measured, { idle: percent(idle), loaded: percent(loaded) });
    measured.memory = `${(residentBytes(window.pid) / 1e6).toFixed(0)} MB`;
    window.press('4');
    await window.sees('follows');
    const log = await cpuShare(window.pid, 15);
    measured.loadedLog = percent(log);
    window.press('1');
    measured.shownAfterMs = (await shownAfter(window)).map((ms) => ms.toFixed(0)).join(' ');
    window.press('5');
    await window.sees('stock/0');
    window.press('G');
    await window.sees('stock/9999');
    expect([idle < 0.04, loaded < 0.3, log < 0.3]).toEqual([true, true, true]);
    // What the terminal showed before is there afterwards, and nothing else.
    window.press('q');
    const text = await window.sees('after the screen');
    expect(text.trim().split(/\n+/)).toEqual(['before the screen', 'after the screen']);
  } finally {
    writer.kill('SIGKILL');
    window.close();
  }
}, 400_000);

/** How long it takes until the screen shows what another process parks beside the writer: five times, shortest first, in ms. */
async function shownAfter(window: TmuxWindow): Promise<readonly number[]> {
  const env = await openEnvironment(join(shell.dir, 'env'));
  const delays: number[] = [];
  for (let i = 0; i < 5; i++) {
    await env.sessions.create('asked', i, { id: `asked-${i}` });
    await new Promise((resolve) => setTimeout(resolve, 1_000));
    const begun = performance.now();
    await env.sessions.park(`asked-${i}`, 'address unknown');
    await window.sees(`!! asked-${i}`);
    delays.push(performance.now() - begun);
    await env.sessions.remove(`asked-${i}`);
  }
  await env.close();
  delays.sort((a, b) => a - b);
  expect(delays[0]).toBeLessThan(500);
  return delays;
}

it('the screen over a terminal that takes 2 KB a second holds no more memory, and skips frames', async () => {
  const run = `stty cols 200 rows 60; sh -c ${shellQuote(`echo $$ > pid; exec ${commandLine()}`)}`;
  const env = { ...shell.env, TERM: 'xterm-256color', LANG: 'C.UTF-8' };
  const child = spawn('script', ['-qefc', run, '/dev/null'], { cwd: shell.dir, env });
  const writer = startWriter(shell, 400);
  let taken = 0;
  try {
    child.stdout.pause();
    setTimeout(() => child.stdin.write('4'), 8_000);
    const slow = setInterval(() => {
      taken += (child.stdout.read(Math.min(512, child.stdout.readableLength)) as Buffer | null)?.length ?? 0;
    }, 250);
    await new Promise((resolve) => setTimeout(resolve, 45_000));
    const pid = Number(readFileSync(join(shell.dir, 'pid'), 'utf8'));
    const before = residentBytes(pid);
    await new Promise((resolve) => setTimeout(resolve, 60_000));
    const grown = residentBytes(pid) - before;
    clearInterval(slow);
    measured.slowReader = `${taken} bytes taken, memory grown by ${(grown / 1e6).toFixed(1)} MB of ${(before / 1e6).toFixed(0)}`;
    expect(taken).toBeLessThan(105 * 2_048);
    expect(grown).toBeLessThan(40e6);
  } finally {
    writer.kill('SIGKILL');
    child.kill('SIGKILL');
  }
}, 400_000);
