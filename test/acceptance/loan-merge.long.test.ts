// Goal: real events that two environments share come to the same states in both, masked ones to the same under other names.
// Method: the command line; each environment gets the events of every second case, kills and cuts on the way; what must come
// of it is folded here, without the engine.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foldLoanEvents, type LoanEvent, readLoanLines } from './loan-events.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const map = fileURLToPath(new URL('../../fixtures/apps/loans/txlog.app.js', import.meta.url));
const lines = readLoanLines();
const folder = mkdtempSync(join(tmpdir(), 'txlog-loan-merge-'));
const caseOf = (line: string) => (JSON.parse(line) as LoanEvent).case;
const sides = [0, 1].map((side) => lines.filter((line) => Number(caseOf(line)) % 2 === side));
const names = ['a', 'b'] as const;

function txlog(...args: readonly string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [bin, ...args], {
    ...{ cwd: folder, encoding: 'utf8', maxBuffer: 2 ** 30, env: { ...process.env, TXLOG_APP: '' } },
  });
  return { status, stdout, stderr };
}

function done(...args: readonly string[]): string {
  const { status, stdout, stderr } = txlog(...args);
  expect({ args, status, stderr: status === 0 ? '' : stderr }).toEqual({ args, status: 0, stderr: '' });
  return stdout;
}

const json = (...args: readonly string[]) => JSON.parse(done(...args, '--json'));

function states(env: string): Map<string, unknown> {
  const rows = done('state', 'list', '--ndjson', '--env', env)
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  return new Map(rows.map(({ key, value }) => [key, value]));
}

/** Passes on what came to one since the last time. */
function pass(from: string, to: string) {
  const { unit } = json('status', '--env', from);
  const after = done('sync', 'cursor', unit, '--env', to).trim();
  done('sync', 'export', '--env', from, '--after', after, '-O', 'passed.avro');
  return json('sync', 'import', '--mode', 'submit', '--env', to, 'passed.avro');
}

beforeAll(() => {
  for (const [side, env] of names.entries()) {
    done('init', '--env', env);
    writeFileSync(join(folder, `${env}.ndjson`), `${sides[side]?.join('\n')}\n`);
    done('submit', `${env}.ndjson`, '--map', map, '--receipts', 'none', '--env', env);
  }
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('an import that is cut and killed goes on, and both come to the states of all events', async () => {
  done('sync', 'export', '--env', 'a', '-O', 'a.avro');
  const dump = readFileSync(join(folder, 'a.avro'));
  writeFileSync(join(folder, 'cut.avro'), dump.subarray(0, Math.floor(dump.length * 0.3)));
  expect(txlog('sync', 'import', '--mode', 'submit', '--env', 'b', 'cut.avro').status).toBe(65);
  const victim = spawn(process.execPath, [bin, 'sync', 'import', '--mode', 'submit', '--env', 'b', '-'], {
    cwd: folder,
  });
  victim.stdin.on('error', () => {});
  victim.stdin.write(dump.subarray(0, Math.floor(dump.length * 0.8)), () => victim.kill('SIGKILL'));
  await once(victim, 'exit');
  const began = Date.now();
  const report = json('sync', 'import', '--mode', 'submit', '--env', 'b', 'a.avro');
  const seconds = (Date.now() - began) / 1_000;
  console.log(`submitted again: ${report.applied} of ${report.read} records in ${seconds} s`);
  expect(report).toMatchObject({ complete: true, rejected: 0, read: sides[0]?.length });
  expect(pass('b', 'a')).toMatchObject({ rejected: 0, applied: sides[1]?.length, duplicate: sides[0]?.length });
  const all = foldLoanEvents(lines);
  for (const env of names) {
    // The order of two cases is not the same in both; what belongs to one case is, and counts are.
    expect(states(env)).toEqual(all);
    done('rescan', '--verify', '--env', env);
  }
}, 600_000);

test('again and again nothing changes, until somebody writes', () => {
  const heads = () => names.map((env) => json('status', '--env', env).head.digest);
  pass('a', 'b');
  const before = heads();
  for (let again = 0; again < 2; again++) {
    expect(pass('a', 'b')).toMatchObject({ read: 0, applied: 0 });
    expect(pass('b', 'a')).toMatchObject({ applied: 0 });
  }
  expect(heads()).toEqual(before);
  for (const env of names) done('submit', '--env', env, '--id', `new-${env}`, '--type', 'x', '--change', 'add news 1');
  pass('a', 'b');
  pass('b', 'a');
  for (const env of names) expect(states(env).get('news')).toBe(2);
}, 600_000);

test('masked, the cases have other names and all else is the same', () => {
  const mask = `import { createHash } from 'node:crypto';
    const alias = (id) => createHash('sha256').update('s' + id).digest('hex').slice(0, 12);
    const hide = (key) => key.replace(/^(case|application)\\/(.*)$/, (_, kind, id) => kind + '/' + alias(id));
    export default ({ actor: _, ...record }) => {
      const [id, ...rest] = record.id.split('/');
      const changes = record.changes.map((change) => ({ ...change, key: hide(change.key) }));
      return { ...record, id: [alias(id), ...rest].join('/'), changes };
    };`;
  writeFileSync(join(folder, 'mask.mjs'), mask);
  done('init', '--env', 'test');
  done('sync', 'export', '--env', 'a', '--prefix', 'application/', '--mask', 'mask.mjs', '-O', 'some.avro');
  done('sync', 'export', '--env', 'a', '--mask', 'mask.mjs', '-O', 'masked.avro');
  expect(txlog('sync', 'import', '--env', 'test', 'masked.avro').status).toBe(4);
  const applications = lines.filter((line) => line.includes('"A_SUBMITTED"')).length;
  // A part first, then all: what overlaps is taken once.
  expect(json('sync', 'import', '--mode', 'submit', '--env', 'test', 'some.avro')).toMatchObject({
    ...{ applied: applications, rejected: 0 },
  });
  const rest = json('sync', 'import', '--mode', 'submit', '--env', 'test', 'masked.avro');
  expect(rest).toMatchObject({ duplicate: applications, rejected: 0, complete: true });
  const alias = (id: string) => createHash('sha256').update(`s${id}`).digest('hex').slice(0, 12);
  const masked = lines.map((line) => JSON.stringify({ ...JSON.parse(line), case: alias(caseOf(line)) }));
  const there = states('test');
  const expected = foldLoanEvents(masked);
  expect(there.size).toBe(expected.size + 1);
  for (const [key, value] of expected) {
    // The submission of a case came first here, its later events after it: the state of a case is its last event's.
    if (!key.startsWith('case/')) expect([key, there.get(key)]).toEqual([key, value]);
    else expect(there.has(key)).toBe(true);
  }
}, 600_000);
