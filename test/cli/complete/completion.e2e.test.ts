// Goal: a shell completes what people type, and whoever types is never disturbed. Method: the answers to many lines are read
// in this process; then the scripts run in the shells that the machine has: bash always, at a prompt in a terminal, too; zsh
// and fish where they are, else what their scripts say is looked at.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answer } from '../../../src/cli/complete/complete.ts';
import { completionScript } from '../../../src/cli/complete/scripts.ts';
import { openEnvironment } from '../../../src/engine.ts';
import { shellQuote } from '../../../src/text/shell-quote.ts';
import { Talk } from '../txlog.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'txlog-complete-'));
const dir = join(place, '.txlog');
const env = { ...process.env, PATH: `${place}${delimiter}${process.env.PATH}`, HOME: place, PS1: '$ ', TERM: 'dumb' };
const uuid = '01a2255c-6f00-7abc-8def-0123456789ab';

beforeAll(async () => {
  const made = await openEnvironment(dir, { create: true });
  for (const [id, key] of [
    [uuid, 'email/a@b.c'],
    ['r-1', 'customer/c 1'],
    ['r-2', 'rm $(touch pwned)'],
  ] as const)
    await made.submit({ id, type: 'order.create', changes: [{ op: 'set', key, value: 1 }] });
  for (const id of ['mail/7', 'mail:8']) await made.sessions.create('mail', 1, { id });
  await made.close();
  writeFileSync(join(place, 'txlog'), `#!/bin/sh\nexec '${process.execPath}' '${join(root, 'bin/run.js')}' "$@"\n`);
  chmodSync(join(place, 'txlog'), 0o755);
  writeFileSync(join(place, 'requests.ndjson'), '');
  const contexts = join(place, 'config/txlog/contexts');
  mkdirSync(contexts, { recursive: true });
  writeFileSync(join(contexts, 'prod.json'), JSON.stringify({ dir }));
});

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** The words that are offered; `files` at the end where a file may stand. */
async function offered(...words: readonly string[]): Promise<readonly string[]> {
  const lines = (await answer(words, root)).trimEnd().split('\n');
  const kind = lines.pop();
  return [...lines.map((line) => line.split('\t')[0] ?? ''), ...(kind === ':files' ? ['files'] : [])];
}

it.each<[string, readonly string[]]>([
  ['sess', ['session']],
  ['session sh', ['show']],
  ['help session sh', ['show']],
  ['session --json sh', ['show']],
  ['nosuch ', []],
  ['session list --status pa', ['parked']],
  ['session list --status=pa', ['--status=parked']],
  ['session list --sta', ['--status']],
  ['submit --dr', ['--dry-run']],
  ['completion ', ['bash', 'fish', 'zsh']],
  ['explain env_not_m', ['ENV_NOT_MIRROR']],
  ['schema them', ['theme']],
  ['submit req', ['files']],
  ['backup ', ['files']],
  ['submit --map ', ['files']],
  ['log -n ', []],
  ['get -- --', []],
])('completion offers for txlog %s: %j', async (line, words) => {
  expect(await offered(...line.split(' '))).toEqual(words);
});

it('completion offers ids, keys, themes and types of the environment that the line names', async () => {
  const cases: readonly [readonly string[], readonly string[]][] = [
    [
      ['session', 'show', '--env', dir, 'mail'],
      ['mail/7', 'mail:8'],
    ],
    [['--env', dir, 'session', 'show', 'mail/'], ['mail/7']],
    [['queue', 'show', `--env=${dir}`, ''], ['mail']],
    [['session', 'list', '--env', dir, '-t', ''], ['mail']],
    [['get', '--env', dir, 'c'], ['customer/c 1']],
    [['log', '--env', dir, '--key', 'email/'], ['email/a@b.c']],
    [['log', '--env', dir, '--type', 'or'], ['order.create']],
    [['wait', '--env', dir, '01a2255c'], [uuid]],
    [
      ['compensate', '--env', dir, ''],
      [uuid, 'r-1', 'r-2'],
    ],
    [
      ['inspect', '--env', dir, 'r'],
      ['r-1', 'r-2', 'rm $(touch pwned)'],
    ],
  ];
  for (const [words, wanted] of cases) expect([words, await offered(...words)]).toEqual([words, wanted]);
});

/** Runs a script in a shell; with what it prints, and whether anything in the environment changed. */
function run(shell: string, args: readonly string[], more: NodeJS.ProcessEnv = {}): string {
  const before = digest();
  const { stdout, stderr, error } = spawnSync(shell, args, { cwd: place, env: { ...env, ...more }, encoding: 'utf8' });
  expect([error, stderr]).toEqual([undefined, '']);
  expect(digest()).toBe(before);
  return stdout;
}

/** Of the log and the names of all files; LMDB's readers have their places in lock.mdb. */
function digest(): string {
  const hash = createHash('sha256');
  for (const name of readdirSync(dir, { recursive: true, encoding: 'utf8' }).sort()) {
    hash.update(name);
    if (name.endsWith('data.mdb')) hash.update(readFileSync(join(dir, name)));
  }
  return hash.digest('hex');
}

it('completion prints no error without an environment, with a damaged one, or with a damaged context', () => {
  const contexts = { XDG_CONFIG_HOME: join(place, 'config') };
  expect(run('txlog', ['__complete', 'get', '--context', ''], contexts)).toBe(`prod\t${dir}\n:none\n`);
  expect(run('txlog', ['__complete', 'get', '--context', 'prod', 'em'], contexts)).toBe('email/a@b.c\t\n:none\n');
  const bad = join(place, 'bad/txlog/contexts');
  mkdirSync(bad, { recursive: true });
  writeFileSync(join(bad, 'prod.json'), '{');
  mkdirSync(join(place, 'damaged'));
  writeFileSync(join(place, 'damaged/current'), 'g1\n');
  for (const words of [
    ['--env', '/nonexistent'],
    ['--env', join(place, 'damaged')],
    ['--context', 'prod'],
    ['--env', ''],
    ['--env'],
  ])
    expect(run('txlog', ['__complete', 'get', ...words, 'k'], { XDG_CONFIG_HOME: join(place, 'bad') })).toMatch(
      /:(none|files)\n$/,
    );
  expect(run('txlog', ['__complete'])).toContain('session\t');
});

it('completion in bash keeps ids and flags whole, which bash takes apart at its own marks', () => {
  // The words as bash splits them, and the replies that it puts in place of the last one.
  const cases: readonly (readonly [line: string, words: readonly string[], replies: readonly string[]])[] = [
    ['txlog session show mail:', ['txlog', 'session', 'show', 'mail', ':', ''], ['8']],
    ['txlog session list --status=pa', ['txlog', 'session', 'list', '--status', '=', 'pa'], ['parked']],
    // Bash takes the @ with what follows it.
    ['txlog get email/a@', ['txlog', 'get', 'email/a', '@', ''], ['@b.c']],
    ['txlog get email/a@b', ['txlog', 'get', 'email/a', '@', 'b'], ['@b.c']],
    // Within quotes it takes nothing apart.
    ['txlog get "email/a@b', ['txlog', 'get', '"email/a@b'], ['email/a@b.c']],
    ["txlog get 'email/a@b", ['txlog', 'get', "'email/a@b"], ['email/a@b.c']],
    ['txlog session show "mail:', ['txlog', 'session', 'show', '"mail:'], ['mail:8']],
    ['txlog session list --status="pa', ['txlog', 'session', 'list', '--status', '=', '"pa'], ['parked']],
    ['txlog get "rm', ['txlog', 'get', '"rm'], ['rm \\$(touch pwned)']],
    ["txlog get 'rm", ['txlog', 'get', "'rm"], ['rm $(touch pwned)']],
    ['txlog get rm', ['txlog', 'get', 'rm'], ['rm\\ \\$\\(touch\\ pwned\\)']],
    ['txlog submit req', ['txlog', 'submit', 'req'], []],
  ];
  const script = cases.map(([line, words], i) => {
    const quoted = words.map(shellQuote).join(' ');
    return `COMP_WORDS=(${quoted}) COMP_CWORD=${words.length - 1} COMP_LINE=${shellQuote(line)} COMP_POINT=${line.length}
      _txlog_complete txlog; for reply in "\${COMPREPLY[@]}"; do printf '${i} %s\\n' "$reply"; done`;
  });
  const text = run('bash', ['-c', ['eval "$(txlog completion bash)"', ...script].join('\n')]);
  expect(text.trimEnd().split('\n')).toEqual(
    cases.flatMap(([, , replies], i) => replies.map((reply) => `${i} ${reply}`)),
  );
  expect(run('bash', ['-c', 'eval "$(txlog completion bash)"; complete -p txlog'])).toContain('-o default');
});

it('a Tab at a prompt of bash completes what was typed', async () => {
  const talk = new Talk(spawn('script', ['-qec', 'bash --norc -i', '/dev/null'], { cwd: place, env }));
  const type = (text: string) => talk.child.stdin?.write(text);
  const seen = async (text: string) => {
    while (!talk.stdout.includes(text) && talk.child.exitCode === null)
      await Promise.race([new Promise((resolve) => talk.child.stdout?.once('data', resolve)), talk.ended]);
    expect(talk.stdout).toContain(text);
  };
  type('eval "$(txlog completion bash)"; echo ready$((1))\n');
  await seen('ready1');
  type('txlog submit req\t');
  await seen('requests.ndjson');
  type('\u0015txlog session show mail/\t');
  await seen('mail/7');
  type('\u0015txlog get email/a@\t --template "plain {key}"\n');
  await seen('plain email/a@b.c');
  type('txlog get "email/a@b\t --template "quoted {key}"\n');
  await seen('quoted email/a@b.c');
  type('\u0015exit\n');
  await talk.ended;
});

it('the completion script for zsh completes, where there is a zsh', () => {
  const script = completionScript('zsh');
  expect(script).toMatch(/^#compdef txlog\n/);
  expect(script).toContain('compdef _txlog txlog');
  if (!isThere('zsh')) return;
  const test = `compdef() {}; _describe() { print -rl -- $candidates; }; compset() {}; _files() { print files; }
    eval "$(txlog completion zsh)"
    words=(txlog session show mail:); CURRENT=4; PREFIX=mail:; _txlog
    words=(txlog submit req); CURRENT=3; PREFIX=req; _txlog
    true`;
  expect(run('zsh', ['-f', '-c', test])).toBe('mail\\:8:mail, ready\nfiles\n');
});

it('the completion script for fish completes, where there is a fish', () => {
  expect(completionScript('fish')).toContain("complete -c txlog -f -a '(__txlog_complete)'");
  if (!isThere('fish')) return;
  const asked = ['txlog session show mail', 'txlog submit req', 'txlog session list --status=pa', 'txlog nosuch '];
  const test = ['txlog completion fish | source', ...asked.map((line) => `complete -C "${line}"`)].join('\n');
  expect(run('fish', ['--no-config', '-c', test]).trimEnd().split('\n')).toEqual([
    ...['mail/7\tmail, ready', 'mail:8\tmail, ready', 'requests.ndjson', '--status=parked'],
  ]);
});

function isThere(shell: string): boolean {
  return spawnSync(shell, ['--version']).status === 0;
}
