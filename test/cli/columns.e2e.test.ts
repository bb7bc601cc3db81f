// Goal: at 80 and at 40 columns people see what matters: outcome and key of a record, all of a progress bar (at 80), and what was meant by
// a wrong filter (faults F3, F5, F12 of the trial). Method: `script` gives a terminal of so many columns.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stripVTControlCharacters } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Ended, Shell, Talk } from './txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const records = 20_000;

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  const request = (i: number) => ({
    type: 'order.create',
    payload: { amount: i },
    changes: [{ op: 'set', key: `order/${i}`, value: i }],
  });
  const lines = Array.from({ length: records }, (_, i) => `${JSON.stringify(request(i))}\n`);
  writeFileSync(join(shell.dir, 'orders.ndjson'), lines.join(''));
  shell.run(['submit', 'orders.ndjson', '--receipts', 'none']);
});
afterAll(() => shell.remove());

function at(columns: number, line: string): Promise<Ended> {
  const command = `stty rows 24 cols ${columns}; '${process.execPath}' '${bin}' ${line}`;
  const env = { ...shell.env, TERM: 'xterm', CI: '', NO_COLOR: '1', PAGER: 'cat' };
  return new Talk(spawn('script', ['-qefc', command, '/dev/null'], { cwd: shell.dir, env })).ended;
}

const linesOf = (text: string) => stripVTControlCharacters(text).split(/\r?\n|\r/);

describe.each([80, 40])('at %d columns', (columns) => {
  it('each line of the log fits, and has the outcome and the key', async () => {
    const { stdout, code } = await at(columns, 'log -n 5');
    const rows = linesOf(stdout).filter((line) => /^1999[6-9]|^20000/.test(line));
    expect([rows.length, code]).toEqual([5, 0]);
    for (const row of rows) {
      expect(row.length, row).toBeLessThanOrEqual(columns);
      expect(row).toMatch(/committed|✓/);
      expect(row).toMatch(/order\/1999[5-9]/);
    }
  });

  it('--wide cuts nothing', async () => {
    const { stdout } = await at(columns, 'log -n 1 --wide');
    expect(linesOf(stdout).join('\n')).toMatch(/20000 .*[0-9a-f-]{36}.*order\/19999/);
  });

  it('a bar is drawn with all that belongs to it', async () => {
    const { stdout, code } = await at(columns, 'rescan --verify');
    expect(code).toBe(0);
    // A bar is drawn over the one before.
    const drawn = linesOf(stdout).flatMap((line) => line.split(/(?=verifying )/));
    const bars = drawn.filter((text) => /[█░]/.test(text)).map((text) => text.replace(/\d?ok .*/, ''));
    expect(bars.length).toBeGreaterThan(1);
    for (const bar of bars) {
      expect(bar.length, bar).toBeLessThanOrEqual(columns);
      expect(bar, bar).toMatch(/[█░] +\d+ %/);
      if (columns === 80) expect(bar).not.toContain('…');
    }
  });
});

it.each([
  ["log --where 'payload.amuont > 50'", 'payload.amount'],
  ['log --type ordr.create', 'order.create'],
])('a wrong filter says what was probably meant: %s', async (line, meant) => {
  const { stdout, code } = await at(80, line);
  expect(code).toBe(0);
  expect(stdout).toContain(meant);
});

it.each(['verify', 'attachment put orders.ndjson', 'sync export -O out.avro', 'sync import out.avro'])(
  'a command that cannot begin leaves the terminal as it was: %s',
  async (line) => {
    const { stdout, code } = await at(80, `${line} --env nowhere`);
    expect(code).not.toBe(0);
    expect(stdout.split('\u001b[?25l').length, stdout).toBe(stdout.split('\u001b[?25h').length);
    expect(stdout.split('\u001b[?7l').length, stdout).toBe(stdout.split('\u001b[?7h').length);
  },
);
