// Goal: people at a terminal see how far long work is, are asked before indexes are made anew, and get their terminal
// back as it was; scripts see neither bar nor question. Method: `script` of util-linux gives a command a terminal, in
// which both of its streams end; its input is what is typed.
import { spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { shellQuote } from '../../src/text/shell-quote.ts';
import { isLong } from '../kit/length.ts';
import { additions, type Ended, Shell, Talk } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const progress = new URL('../../dist/src/cli/frame/progress-line.js', import.meta.url).href;
const hidden = '\u001b[?25l';
const shown = '\u001b[?25h';

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  writeFileSync(join(shell.dir, 'more.ndjson'), additions(50));
  writeFileSync(join(shell.dir, 'other.mjs'), 'export default {};');
  shell.run(['submit', 'more.ndjson', '--receipts', 'none']);
});
afterAll(() => shell.remove());

// Each with what its bar is called; targets are named anew for each run.
const long: readonly [string, (run: string) => readonly string[]][] = [
  ['verifying', () => ['verify']],
  ['verifying', () => ['rescan', '--verify']],
  ['rescanning', (run) => ['rescan', '-O', `${run}.ndjson`]],
  ['replaying', () => ['replay', '--yes']],
  ['replaying', (run) => ['replay', '--to', '20', '--into', `then-${run}`]],
  ['deciding again', () => ['replay', '--with', 'other.mjs', '--diff']],
  ['verifying the copy', (run) => ['backup', `backup-${run}`]],
  ['submitting', () => ['submit', 'more.ndjson', '--receipts', 'none']],
];

describe.each(long)('the progress of %s', (what, args) => {
  const at = long.findIndex(([, known]) => known === args);

  it('has a bar on a terminal, which is gone when it ends', async () => {
    const { stdout, code } = await onTerminal(args('terminal')).ended;
    expect(code).toBe(0);
    expect(stdout).toContain(`${what} ░`);
    expect(stdout).toContain(' % | ');
    expect(stdout.lastIndexOf(shown)).toBeGreaterThan(stdout.lastIndexOf(hidden));
    // What is left on the screen has no bar.
    expect(stdout.slice(stdout.lastIndexOf('\u001b[0J'))).not.toContain('░');
  });

  it('has no bar where nobody looks, or a terminal cannot draw', async () => {
    const talks = {
      pipe: () => shell.start(args('pipe')),
      quiet: () => onTerminal([...args('quiet'), '--progress', 'none']),
      json: () => onTerminal([...args('json'), '--ndjson']),
      dumb: () => onTerminal(args('dumb'), { TERM: 'dumb' }),
    };
    // One code draws for all of them: each way is tried with two, and in the long run with all.
    for (const [i, [name, start]] of Object.entries(talks).entries()) {
      if (!isLong && i !== at % 4) continue;
      const { stdout, stderr, code } = await start().ended;
      expect([name, code, findBars(stdout + stderr)]).toEqual([name, 0, []]);
    }
  });
});

describe('a question', () => {
  it('is asked before indexes are made anew, and only yes agrees to it', async () => {
    const generation = () => JSON.parse(shell.run(['status', '--json']).stdout).generation as number;
    const before = generation();
    for (const typed of ['n\n', '\n', '\u0004', 'yesterday\n']) {
      const { stdout, code } = await answer(['replay'], typed);
      expect([typed, code, stdout]).toEqual([typed, 0, expect.stringContaining('nothing was done')]);
    }
    expect((await answer(['replay'], '\u0003')).code).toBe(130);
    expect(generation()).toBe(before);
    expect((await answer(['replay'], 'y\n')).stdout).toContain('50 records replayed');
    expect(generation()).toBe(before + 1);
  });

  it('is asked before a plan is carried out', async () => {
    shell.run(['compensate', '--type', 'add', '--to', '2', '--plan', '-O', 'plan.json']);
    const { stdout } = await answer(['compensate', '--apply', 'plan.json'], 'no\n');
    expect(stdout).toMatch(/Compensate 2 transactions\? \[y\/N\].*nothing was done/s);
    expect(shell.value('n')).toBe(50);
  });

  it('is an error where nobody can be asked', () => {
    const { stderr, code } = shell.run(['replay']);
    expect({ stderr, code }).toEqual({ stderr: expect.stringContaining('use --yes'), code: 2 });
  });
});

describe('the counter of a worker', () => {
  const work = ['work', '--app', 'mail.mjs'];
  beforeAll(() => {
    const advisor = '() => new Promise((resolve) => setTimeout(() => resolve({ op: "remove" }), 1_000))';
    writeFileSync(join(shell.dir, 'mail.mjs'), `export default { themes: { mail: { advisor: ${advisor} } } };`);
  });
  const make = (id: string) => shell.run(['session', 'new', 'mail', '--id', id, '--data', '1', '-q']);

  it('is drawn at the bottom of a terminal, and gone when it ends', async () => {
    make('a');
    const talk = onTerminal(work);
    await seen(talk, '1 led, 0 done');
    await seen(talk, '0 led, 1 done');
    talk.child.stdin?.write('\u0003');
    const { stdout, code } = await talk.ended;
    expect(code).toBe(130);
    expect(stdout).toMatch(/removed.* of mail, epoch 1 after/);
    expect(stdout).toMatch(/stopped.* after 1 turn: 1 done/);
    // After the last line it is taken away, and not drawn again.
    expect(stdout.slice(stdout.lastIndexOf('stopped'))).not.toContain(' led, ');
  });

  it('is not drawn where nobody looks, or a terminal cannot draw', async () => {
    const talks = {
      pipe: shell.start([...work, '--until-empty']),
      quiet: onTerminal([...work, '--until-empty', '--progress', 'none']),
      json: onTerminal([...work, '--until-empty', '--json']),
      dumb: onTerminal([...work, '--until-empty'], { TERM: 'dumb' }),
    };
    for (const id of ['b', 'c', 'd', 'e']) make(id);
    for (const [name, { ended }] of Object.entries(talks)) {
      const { stdout, stderr, code } = await ended;
      expect([name, code, `${stdout}${stderr}`.includes(' led, ')]).toEqual([name, 0, false]);
    }
  });
});

it('a long list that goes into a file shows how much of it is read, and one on the terminal nothing but itself', async () => {
  const at = ['--env', 'history'];
  shell.run(['init', ...at]);
  shell.run(['submit', '-', '--receipts', 'none', ...at], additions(15_000));
  const words = [process.execPath, bin, 'state', 'history', 'n', ...at].map(shellQuote).join(' ');
  const { stdout, code } = await typedAt(`${words} -n all > history.txt`).ended;
  expect(code).toBe(0);
  expect(stripVTControlCharacters(stdout)).toMatch(/reading [\d,]+ read/);
  expect(stdout.lastIndexOf(shown)).toBeGreaterThan(stdout.lastIndexOf(hidden));
  expect(readFileSync(join(shell.dir, 'history.txt'), 'utf8').trimEnd().split('\n').length).toBeGreaterThan(14_999);
  const short = await typedAt(`${words} -n 3`).ended;
  expect(stripVTControlCharacters(short.stdout.slice(short.stdout.lastIndexOf(shown)))).not.toContain('reading');
});

it('a command that is killed at work gives the cursor back', async () => {
  const work = `showWork('working', true).onProgress(1, 10); setInterval(() => {}, 1_000);`;
  const script = `import { showWork } from ${JSON.stringify(progress)}; ${work}`;
  const talk = typedAt(`${shellQuote(process.execPath)} --input-type=module -e ${shellQuote(script)}`);
  await seen(talk, 'working ░');
  talk.child.stdin?.write('\u0003');
  const { stdout, code } = await talk.ended;
  expect(code).toBe(130);
  expect(stdout.lastIndexOf(shown)).toBeGreaterThan(stdout.lastIndexOf(hidden));
});

it('no line is cut where a terminal does not know its width', async () => {
  // A terminal that nobody gave a size has none.
  const talk = onTerminal(['log', '-n', '2'], { COLUMNS: '' });
  const { stdout, code } = await talk.ended;
  expect(code).toBe(0);
  const lines = stdout.split('\r\n').filter((line) => line !== '');
  expect(lines).toHaveLength(2);
  for (const line of lines) expect(stripVTControlCharacters(line).length).toBeGreaterThan(40);
});

it('a load ends at Ctrl-C with a summary and the command that goes on', async () => {
  const talk = onTerminal(['submit', '-', '--receipts', 'none']);
  talk.child.stdin?.write(additions(1, 50));
  await seen(talk, '1 receipt,');
  talk.child.stdin?.write('\u0003');
  const { stdout, code } = await talk.ended;
  expect(code).toBe(130);
  expect(stdout).toContain('1 request: 1 committed');
  expect(stdout).toContain('resume: txlog submit - --receipts none (with the same input)');
});

/** Starts a command line with a terminal. */
function onTerminal(args: readonly string[], env: NodeJS.ProcessEnv = {}): Talk {
  return typedAt([process.execPath, bin, ...args].map(shellQuote).join(' '), env);
}

function typedAt(command: string, env: NodeJS.ProcessEnv = {}): Talk {
  const given = { ...shell.env, TERM: 'xterm', CI: '', ...env };
  return new Talk(spawn('script', ['-qefc', `exec ${command}`, '/dev/null'], { cwd: shell.dir, env: given }));
}

/** Waits for the question, and types. */
async function answer(args: readonly string[], typed: string): Promise<Ended> {
  const talk = onTerminal(args);
  await seen(talk, '[y/N] ');
  talk.child.stdin?.write(typed);
  return talk.ended;
}

async function seen(talk: Talk, text: string): Promise<void> {
  while (!talk.stdout.includes(text)) {
    await Promise.race([new Promise((resolve) => talk.child.stdout?.once('data', resolve)), talk.ended]);
    if (talk.child.exitCode !== null) break;
  }
  expect(talk.stdout).toContain(text);
}

function findBars(text: string): string[] {
  return ['░', '█', hidden, shown].filter((mark) => text.includes(mark));
}
