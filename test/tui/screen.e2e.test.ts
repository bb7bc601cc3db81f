// Goal: the real program on a real terminal: what it shows, what keys do, what other processes change; and that it gives the
// terminal back however it ends. Method: a pseudo-terminal, on whose screen all that is written is played.
import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Shell } from '../cli/txlog.ts';
import { commandLine, keys, onTerminal, Terminal } from './terminal.ts';

let shell: Shell;
let terminal: Terminal | undefined;
beforeEach(() => {
  shell = new Shell();
  shell.run(['session', 'new', 'mail', '--id', 'm-1', '--order', 'ann', '--data', '{"to":"ann"}']);
});
afterEach(() => {
  terminal?.talk.child.kill('SIGKILL');
  shell.remove();
});

const open = (args: readonly string[] = [], env: NodeJS.ProcessEnv = {}) => {
  terminal = new Terminal(shell, args, env);
  return terminal;
};

it('the screen shows what needs a person, leads there and back, follows other processes, fits a new size, and ends', async () => {
  const screen = open();
  await screen.sees('Nothing needs you');
  shell.run(['session', 'park', 'm-1', '--reason', 'address unknown']);
  await screen.sees(/!! m-1 .*parked: address unknown/);
  await screen.pressEach('2', keys.enter);
  await screen.sees('session m-1');
  await screen.sees('"to": "ann"');
  await screen.resize(120, 30);
  await screen.sees('1 overview');
  expect(screen.screen.split('\n')).toHaveLength(30);
  await screen.pressEach(keys.esc);
  await screen.sees('m-1: why');
  await screen.resize(50, 10);
  await screen.sees('too small');
  await screen.resize(80, 24);
  await screen.sees('m-1: why');
  // One key neither ends the program nor does anything; q ends it.
  screen.press('q');
  expect(await screen.ended()).toEqual({ code: 0, isRestored: true });
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no clears
  expect(screen.bytes).not.toMatch(/\u001b\[[0-3]?J|\u001bc/);
  // The mouse stays the terminal's.
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no reports of the mouse
  expect(screen.bytes).not.toMatch(/\u001b\[\?(?:9|10\d\d)h(?<!1049h)/);
  const frames = screen.bytes.split('\u001b[?2026h').length - 1;
  const ends = screen.bytes.split('\u001b[?2026l').length - 1;
  expect(frames).toBe(ends);
});

describe('the screen gives the terminal back', () => {
  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
    ['SIGINT', 130],
  ] as const)('at %s', async (signal, code) => {
    const screen = open();
    await screen.sees('Nothing needs you');
    process.kill(screen.pid, signal);
    expect(await screen.ended()).toEqual({ code, isRestored: true });
  });

  it('when code of the app throws where nobody waits, and says what it was', async () => {
    writeFileSync(
      join(shell.dir, 'bad.mjs'),
      'setTimeout(() => { throw new Error("boom") }, 3_000); console.log("app talks"); export default {};',
    );
    const screen = open(['--app', 'bad.mjs']);
    await screen.sees('Nothing needs you');
    const { code, isRestored } = await screen.ended();
    expect([isRestored, code === 0]).toEqual([true, false]);
    const after = screen.bytes.slice(screen.bytes.lastIndexOf('\u001b[?1049l'));
    expect(after).toContain('boom');
    // What the app said meanwhile did not damage the screen, and is not lost.
    expect(after).toContain('app talks');
  });

  it('at Ctrl-Z, and takes it again at fg', async () => {
    const talk = onTerminal(shell, 'stty cols 80 rows 24; exec bash --norc --noprofile -i');
    const hears = async (text: string, after: string) => {
      for (const until = performance.now() + 30_000; ; await new Promise((resolve) => setTimeout(resolve, 20))) {
        const at = talk.stdout.lastIndexOf(after);
        if (at >= 0 && talk.stdout.indexOf(text, at) >= 0) return;
        if (performance.now() > until)
          throw new Error(`never heard ${text}: ${JSON.stringify(talk.stdout.slice(-500))}`);
      }
    };
    talk.child.stdin?.write(`${commandLine()}\n`);
    await hears('Nothing needs you', '\u001b[?1049h');
    talk.child.stdin?.write(keys.ctrlZ);
    await hears('Stopped', '\u001b[?1049l');
    talk.child.stdin?.write('echo typed; fg\n');
    await hears('typed', 'Stopped');
    await hears('Nothing needs you', '\u001b[?1049h');
    talk.child.stdin?.write('q');
    // The second time that it is given back, a shell asks again.
    while (talk.stdout.split('\u001b[?1049l').length < 3) await new Promise((resolve) => setTimeout(resolve, 20));
    await hears('bash-', '\u001b[?1049l');
    talk.child.kill('SIGKILL');
  });
});

it('the screen shows how far the plan of another process is', async () => {
  const screen = open();
  await screen.sees('Nothing needs you');
  shell.run(['session', 'new', 'mail', '--id', 'm-2']);
  const args = ['--theme', 'mail', '--reason', 'wrong address', '--actor', 'bob'];
  expect(shell.run(['session', 'park', ...args, '--yes']).code).toBe(0);
  await screen.sees('Needs you (2)');
  await screen.pressEach('7');
  await screen.sees(/> +park +ended +2 of 2 +- .*wrong/);
  const { plans } = JSON.parse(shell.run(['top', '--once', '--json']).stdout);
  expect(plans).toMatchObject([{ does: 'park', state: 'ended', nth: 2, of: 2, actor: 'bob', reason: 'wrong address' }]);
});

it('the screen says that its context is protected, and works on it where that is agreed to', async () => {
  Object.assign(shell.env, { XDG_CONFIG_HOME: join(shell.dir, 'config') });
  expect(shell.run(['context', 'add', 'prod', 'env', '--protected']).code).toBe(0);
  const screen = open();
  await screen.sees(/READ-ONLY[\s\S]*context prod is protected: start with --yes to work on it/);
  screen.press('q');
  await screen.ended();
  await open(['--yes']).sees(/ RW /);
});

it('the screen says when the environment is gone, and goes on when it is back', async () => {
  const screen = open(['--read-only']);
  await screen.sees('READ-ONLY');
  const [env, away] = [join(shell.dir, 'env'), join(shell.dir, 'away')];
  renameSync(env, away);
  await screen.sees('LOST');
  renameSync(away, env);
  await screen.sees(/^(?!.*LOST)/);
  shell.run(['session', 'park', 'm-1', '--reason', 'address unknown']);
  await screen.sees(/!! m-1/);
  shell.run(['replay', '--yes']);
  shell.run(['session', 'unpark', 'm-1']);
  await screen.sees('Nothing needs you');
});

it('the screen shows no colour with NO_COLOR, and nothing but ASCII where the locale has no more', async () => {
  const screen = open([], { NO_COLOR: '1', LANG: 'C', LC_ALL: 'C' });
  await screen.sees('- Health ---');
  // biome-ignore lint/suspicious/noControlCharactersInRegex: no colours
  expect(screen.bytes).not.toMatch(/\u001b\[[34][0-7]m/);
  expect(screen.screen).toMatch(/^[\x20-\x7e\n]*$/);
});

it('the screen without a terminal prints the overview once, and says so', () => {
  const { stdout, stderr, code } = shell.run(['tui']);
  expect([code, stderr]).toEqual([0, 'stdout is not a terminal: this is the overview, printed once\n']);
  expect(stdout).toContain('Nothing needs you');
  expect(shell.run(['tui', '--keys']).stdout).toMatch(/^q +quit/m);
  writeFileSync(join(shell.dir, 'keys.json'), '{"quit":["Q","ctrl+d"],"page down":"pagedown"}');
  expect(shell.run(['tui', '--keys', '--keymap', 'keys.json']).stdout).toMatch(/^Q ctrl\+d +quit/m);
  Object.assign(shell.env, { TXLOG_KEYMAP: 'keys.json' });
  expect(JSON.parse(shell.run(['tui', '--keys', '--ndjson']).stdout.trim().split('\n').at(-2) ?? '')).toMatchObject({
    ...{ v: 1, command: 'quit', keys: ['Q', 'ctrl+d'] },
  });
  expect(shell.run(['tui', '--env', 'nowhere']).code).toBe(66);
  // The app that is named is the one that is meant, here as well.
  expect(shell.run(['tui', '--app', 'none.mjs']).stderr).toContain('APP_NOT_FOUND');
});
