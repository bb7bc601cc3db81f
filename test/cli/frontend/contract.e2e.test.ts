// Goal: a shell works against a frontend as against a directory. Method: a table of command lines runs on a directory and on a
// frontend of the same directory, and prints the same and ends the same; what writes runs on two that were made alike.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Started, startServe } from '../../http/started.ts';
import { callCommand, type Ended } from '../../kit/commands.ts';

const place = mkdtempSync(join(tmpdir(), 'txlog-frontend-'));
const read = join(place, 'read');
const [directory, behind] = [join(place, 'directory'), join(place, 'behind')];
const socket = join(place, 's');
let frontends: readonly Started[] = [];
let addresses: readonly string[] = [];

const app = `const reject = (code, reason) => ({ rejected: { code, reason } });
export default { requests: {
  order: { decide: ({ payload }) => [{ op: 'set', key: 'order/' + payload.id, value: payload }] },
  typed: { schema: { type: 'object', required: ['n'] } },
} };`;

function run(line: string, env: string, input = ''): Ended {
  const args = [...line.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare]) => quoted ?? bare ?? '');
  return callCommand([...args, '--env', env], { dir: place, env: { ...process.env, TZ: 'UTC' } }, input);
}

function filled(env: string): void {
  const lines = [
    'init',
    `submit --type a --id r-1 --actor ann --change 'add n 1' --change 'claim email/a "c-1"'`,
    `submit --type b --id r-2 --data '{"amount":7}' --change 'add n 2' --change 'set customer/é {"name":"É"}'`,
    `submit --type a --id r-3 --change 'claim email/a "c-2"'`,
    `submit --type a --id r-4 --change 'claim email/b 1' --expect 'n version=9'`,
    `submit --type a --id r-5 --correlation r-1 --causation r-1 --change 'merge customer/é {"age":5}'`,
    `submit --type b --id long-id-0001 --change '{"op":"claim","key":"held","value":1,"pending":1000}'`,
    `submit --type b --id long-id-0002 --change 'append list [1,2]'`,
    'compensate r-2 --yes',
    `session new mail --id m-1 --data '{"to":"ann"}'`,
    'session new mail --id m-2',
    'session park m-2 --reason late',
    'session remove m-1 --yes',
    `submit --app app.mjs --type order --id o-1 --data '{"id":1}'`,
    `submit --async --type a --id q-1 --change 'add n 1'`,
  ];
  for (const line of lines) expect([line, run(line, env).code]).toEqual([line, /r-[34] /.test(line) ? 1 : 0]);
}

beforeAll(async () => {
  writeFileSync(join(place, 'app.mjs'), app);
  filled(read);
  for (const env of [directory, behind]) run('init', env);
  frontends = await Promise.all([
    startServe(read, '--direct', '--listen', `unix:${socket}`),
    startServe(behind, '--direct', '--app', join(place, 'app.mjs')),
  ]);
  addresses = frontends.map(({ url }) => url);
});

afterAll(async () => {
  await Promise.all(frontends.map(({ end }) => end()));
  rmSync(place, { recursive: true, force: true });
});

/** The outcome of a command, without what a later look at the same has otherwise. */
function told({ stdout, stderr, code }: Ended) {
  const [problem = ''] = stderr.split('\n');
  const plain = (text: string) => text.replaceAll(/, \d+ (?:ms|s) ago|, for \d+ (?:ms|s)$/gm, '');
  return {
    code,
    stdout: plain(stdout),
    problem: problem.startsWith('{') ? JSON.parse(problem).error.message : problem,
  };
}

const reads = `
get n
get n --json
get email/a
get held --json
get none
get n --as-of 2
get n --as-of 99 --json
get n --as-of 1h
get n --as-of 2020-01-01
get n --as-of nonsense
get ''
get n --fields value
state get customer/é --json
state list
state list --json --as-of 3
state list --prefix customer/ -n 1
state list --where 'kind == "dedicated"' --ndjson
state list --where 'kind =='
state history n
state history n --json
state history n --from 2 -n 1
state history none
state diff n --as-of 1 --as-of 2
state diff none --as-of 1
log
log --json
log -n 2
log -r -n 3 --ndjson
log --type a --status rejected
log --key email/a -o csv
log --prefix customer/ -q
log --session m-2
log --since 1h --until 2099-01-01
log --since nonsense
log --from 2 --to 4 --fields position,id
log --from 4 --to 2
log --where 'payload.amount > 5'
log --where 'payload.amount >'
log --where 'type == "none"' --json
log -n 0
inspect r-1
inspect r-2 --json
inspect r-3
inspect 5
inspect o-1
inspect o-1 --json
inspect 10
inspect email/a
inspect --key n --json
inspect --key n --from 2 --limit 1
inspect --key none
inspect m-1
inspect m-2 --json
inspect --session m-2 --format mermaid
inspect --session none
inspect r-2 --format mermaid
inspect o-1 --format mermaid
inspect r-1 --tree
inspect r-5 --tree --json
inspect long-id-
inspect long-id-0002
inspect none
inspect --position 99
inspect
wait r-1
wait r-3 --json
wait m-1
wait none
wait m-2 --timeout 20ms
session wait m-1 --json
status --nonsense
log extra`;

it.each(reads.trim().split('\n'))('%s', (line) => {
  const here = told(run(line, read));
  expect(told(run(line, `unix:${socket}`))).toEqual(here);
});

it('status differs in how the environment is named, and in who reads it', () => {
  const without = (text: string) => text.replaceAll(/^(?:environment|readers|size|indexes|journal) .*$/gm, '');
  const here = run('status', read);
  const there = run('status', `unix:${socket}`);
  expect([there.code, without(there.stdout)]).toEqual([0, without(here.stdout)]);
  expect(there.stdout).toContain(`unix:${socket}`);
  const { dir, size: _, watermark: __, ...json } = JSON.parse(run('status --json', `unix:${socket}`).stdout);
  const { dir: own, size: ___, watermark: ____, ...expected } = JSON.parse(run('status --json', read).stdout);
  expect([dir, own, json]).toEqual([`unix:${socket}`, read, expected]);
});

const many = `{"id":"l-1","type":"a","changes":[{"op":"add","key":"n","value":1}]}

{"id":"l-2","type":"a","changes":[{"op":"claim","key":"k","value":1}]}
{"id":"l-3","type":"a","changes":[{"op":"claim","key":"k","value":2}]}
`;

const writes: readonly (readonly [line: string, input?: string])[] = [
  [`submit --type a --id w-1 --change 'add n 1'`],
  [`submit --type a --id w-1 --change 'add n 1' --json`],
  [`submit --type a --id w-1 --change 'add n 2'`],
  [`submit --type a --id w-2 --change 'claim k/1 1' --json`],
  [`submit --type a --id w-3 --change 'claim k/1 2'`],
  [`submit --type a --id w-4 --change 'claim k/1 2' --json`],
  [`submit --type a --id w-5 --change 'add n 1' --dry-run`],
  [`submit --type a --id w-6 --change 'claim k/1 1' --dry-run --json`],
  [`submit --type a --id w-7 --change 'frob n 1'`],
  [`submit --type typed --id w-8 --data '{"m":1}'`],
  [`submit --type order --id w-9 --data '{"id":4}'`],
  [`submit --type order --id w-10 --change 'add n 1'`],
  ['submit -', many],
  ['submit - --receipts rejected', many],
  ['submit - -o table', many],
  ['submit -', `{"type":"txlog.x"}\n`],
  ['submit -', `${many}{"id":"l-4","type":"a","changes":[{"op":"add","key":"n"}]}\n${many}`],
  ['submit -', `${many}{"id":"l-5","type":"typed","payload":{}}\n{"id":"l-6","type":"a"}`],
  ['submit - --keep-going', `{"id":"l-7","type":"typed","payload":{}}\nnothing\n{"id":"l-8","type":"a"}`],
  ['submit - --keep-going', 'nothing\n'],
  ['submit -', `{"id":"l-1","type":"other"}\n{"id":"l-9","type":"a"}\n`],
  ['submit -', ''],
  ['submit', ''],
  ['submit none.ndjson'],
  ['get n --json'],
  ['log --fields position,id,outcome'],
];

it('what is submitted to a frontend becomes what it would in a directory', () => {
  const plain = ({ stdout, stderr, code }: Ended) => ({
    code,
    stdout: stdout.replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, 'TIME'),
    stderr: stderr.replaceAll(/ in [\d.]+ ?m?s \([\d,]+\/s\)/g, ' in TIME').replaceAll(/ --env \S+/g, ''),
  });
  const withApp = (line: string) => (line.startsWith('submit') ? `${line} --app app.mjs` : line);
  for (const [line, input] of writes) {
    const here = plain(run(withApp(line), directory, input));
    const there = plain(run(line, addresses[1] ?? '', input));
    here.stderr = here.stderr.replaceAll(' --app app.mjs', '');
    expect([line, there]).toEqual([line, here]);
  }
});

it('refuses what needs a directory, and names what does not', () => {
  const url = addresses[1] ?? '';
  for (const line of ['theme list', 'session list', 'init', 'work', 'backup b', 'session remove m-1 --yes', 'tui']) {
    const { code, stdout, stderr } = run(line, url);
    expect([line, code, stdout]).toEqual([line, 2, '']);
    expect(stderr).toMatch(/^txlog: USAGE: .* needs the directory of an environment, and http:\S+ is a frontend\n/);
    expect(stderr).toContain('On a frontend work: config list, get, inspect, log, ');
  }
  expect(run(`submit --type a --app app.mjs`, url).stderr).toContain('submit --app needs the directory');
  expect(run('submit - --dry-run', url, many)).toMatchObject({ code: 2, stdout: '' });
  expect(run('submit - --atomic', url, many)).toMatchObject({ code: 2, stdout: '' });
});

it('no frontend, and none of ours, is said so', () => {
  for (const address of ['http://127.0.0.1:1', `unix:${join(place, 'none')}`]) {
    const { code, stdout, stderr } = run('get n', address);
    expect([code, stdout]).toEqual([69, '']);
    expect(stderr).toContain('SERVICE_FAILED: no answer of the frontend');
    expect(stderr).toContain('does one run there (`txlog serve`)?');
    expect(run('submit - --keep-going', address, many)).toMatchObject({ code: 69, stdout: '' });
    const without = run('submit -', address, '{"type":"a"}\n');
    expect(without.stderr).toContain('From line 1 on, requests without an id may have been decided');
  }
  expect(run('get n', 'http://user:secret@127.0.0.1:1')).toMatchObject({ code: 2 });
  expect(run('get n', 'http://127.0.0.1:1/path')).toMatchObject({ code: 2 });
});
