// Goal: a load is a conversation: receipts come as soon as they are durable, no faster than they are read, and nothing
// acknowledged is lost when either side goes away. Method: real processes with pipes and signals.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { additions, Shell } from '../txlog.ts';

let shell: Shell;
beforeEach(() => {
  shell = new Shell();
});
afterEach(() => shell.remove());

it('submit answers each line while its input is still open', async () => {
  const talk = shell.start(['submit', '-']);
  talk.child.stdin?.write(additions(1));
  expect(JSON.parse((await talk.lines(1))[0]!)).toMatchObject({ id: 'add-0', position: '1', durability: 'fsync' });
  talk.child.stdin?.write(additions(2, 1));
  expect(JSON.parse((await talk.lines(3))[2]!)).toMatchObject({ id: 'add-2', position: '3' });
  talk.child.stdin?.end();
  expect(await talk.ended).toMatchObject({ code: 0, stderr: expect.stringMatching(/^3 requests: 3 committed/) });
});

it('submit ends at Ctrl-C with receipts for all that is done, and says how to go on', async () => {
  const talk = shell.start(['submit', '-', '--env', 'env']);
  talk.child.stdin?.write(additions(5));
  await talk.lines(5);
  talk.child.kill('SIGINT');
  const { code, stderr } = await talk.ended;
  expect({ code, stderr }).toMatchObject({ code: 130, stderr: expect.stringContaining('txlog: interrupted\n') });
  expect(stderr).toContain('resume: txlog submit - --env env (with the same input)\n');
  expect(shell.value('n')).toBe(5);
  expect(shell.run(['submit', '-'], additions(8)).stderr).toMatch(/3 committed, 0 rejected, 5 submitted before/);
  expect(shell.value('n')).toBe(8);
});

it('submit stops in the middle of a file at SIGTERM, and the command that it prints finishes the load', async () => {
  const file = join(shell.dir, 'many.ndjson');
  writeFileSync(file, additions(30_000));
  const talk = shell.start(['submit', 'many.ndjson']);
  await talk.lines(1_000);
  talk.child.kill('SIGTERM');
  const { code, stdout, stderr } = await talk.ended;
  expect(code).toBe(143);
  const acknowledged = stdout.trimEnd().split('\n').length;
  expect(acknowledged).toBeLessThan(30_000);
  // What was being written when the signal came may be durable without a receipt: the resumed load gives it.
  expect(shell.value('n')).toBeGreaterThanOrEqual(acknowledged);
  expect(stderr).toContain('resume: txlog submit many.ndjson\n');
  const resumed = shell.run(['submit', 'many.ndjson', '--receipts', 'none']);
  expect(resumed).toMatchObject({ code: 0, stdout: '' });
  expect(shell.value('n')).toBe(30_000);
});

it('submit fails with 74 when the reader of its receipts goes away, and keeps what was done', () => {
  writeFileSync(join(shell.dir, 'many.ndjson'), additions(20_000));
  const { stdout, stderr } = shell.pipe('submit many.ndjson', 'head -n 1');
  expect(stdout).toMatch(/^\{"v":1,"id":"add-0".*\}\n74\n$/);
  expect(stderr).toMatch(/^txlog: OUTPUT_FAILED: stdout failed: its reader went away\n/);
  expect(shell.value('n')).toBeGreaterThan(0);
});

it('a list ends quietly when its reader has seen enough', () => {
  const sets = Array.from(
    { length: 3_000 },
    (_, i) => `{"type":"t","changes":[{"op":"set","key":"k/${i}","value":1}]}`,
  );
  shell.run(['submit', '-', '--receipts', 'none'], sets.join('\n'));
  const { stdout, stderr } = shell.pipe('state list --ndjson', 'head -n 1');
  expect({ stdout, stderr }).toEqual({ stdout: expect.stringMatching(/^\{.*"key":"k\/0".*\n0\n$/), stderr: '' });
});

it('a command fails with 74 when stdout has no room, on every path', () => {
  const one = "submit --type t --change 'add n 1'";
  for (const args of [`${one} --id r-1`, `${one} --id r-1 --no-color`, 'status', 'get --help']) {
    const { stdout, stderr } = shell.pipe(`${args} > /dev/full`, 'cat');
    expect([args, stdout]).toEqual([args, '74\n']);
    expect(stderr).toMatch(/^txlog: OUTPUT_FAILED: stdout failed: there is no room on the disk/);
  }
});

it('submit hands every receipt to a reader that starts late', () => {
  writeFileSync(join(shell.dir, 'many.ndjson'), additions(30_000));
  const { stdout } = shell.pipe('submit many.ndjson -q', '(sleep 2; wc -l)');
  expect(stdout.trim().split(/\s+/)).toEqual(['30000', '0']);
});
