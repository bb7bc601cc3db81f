// Goal: attachments from the command line, whatever dies or breaks off: what is here is whole, and the same command goes on.
// Method: the command line in real pipes, killed while it puts, cut off, with a full disk, and watched for its memory.
import { spawn, spawnSync } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { outputs } from '../../src/shapes/schema/command-outputs.ts';
import { Shell } from '../cli/txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const bytes = randomBytes(3_000_000);
const digest = createHash('sha256').update(bytes).digest('hex');

let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  shell.run(['init']);
  writeFileSync(join(shell.dir, 'file.bin'), bytes);
});
afterAll(() => shell.remove());

const ajv = new Ajv2020({ strict: false, validateFormats: false });
/** What a command prints, which is what its schema says. */
function json(args: readonly string[], code = 0) {
  const run = shell.run([...args, '--json']);
  expect({ code: run.code, stderr: run.stderr.slice(0, 500) }).toMatchObject({ code });
  const printed = JSON.parse(run.stdout);
  const fits = ajv.compile(outputs[args.slice(0, 2).join(' ')]?.document ?? {});
  expect(fits(printed) ? [] : fits.errors).toEqual([]);
  return printed;
}

function bash(line: string) {
  const script = `set -o pipefail; txlog() { '${process.execPath}' '${bin}' "$@"; }; ${line}`;
  return spawnSync('bash', ['-c', script], { cwd: shell.dir, env: shell.env, encoding: 'utf8' });
}

function start(args: readonly string[]) {
  return spawn(process.execPath, [bin, ...args], { cwd: shell.dir, env: shell.env, stdio: ['pipe', 'pipe', 'pipe'] });
}

const partsOf = (env: string) => {
  const dir = join(shell.dir, env, 'attachments/parts');
  return existsSync(dir) ? readdirSync(dir) : [];
};

it('is put, shown, read, named and checked', () => {
  shell.run(['init', '--env', 'a']);
  const at = ['--env', 'a'];
  expect(json(['attachment', 'put', 'file.bin', '--dry-run', ...at])).toMatchObject({ digest, dryRun: true });
  expect(json(['attachment', 'list', ...at])).toMatchObject({ items: [] });
  expect(shell.run(['attachment', 'put', 'file.bin', ...at]).stdout).toBe(`${digest}\n`);
  expect(json(['attachment', 'put', 'file.bin', ...at])).toMatchObject({ bytes: bytes.length, duplicate: true });
  const request = ['submit', '--type', 't', '--id', 'r', '--change', 'add n 1', '--attachment', digest, ...at];
  expect(shell.run(request).code).toBe(0);
  const missing = digest.replace(/^./, (first) => (first === '0' ? '1' : '0'));
  expect(shell.run(['submit', '--type', 't', '--change', 'add n 1', '--attachment', missing, ...at]).code).toBe(1);
  expect(json(['attachment', 'show', digest, ...at])).toMatchObject({ here: true, records: ['1'] });
  expect(shell.run(['attachment', 'list', '-q', ...at]).stdout).toBe(`${digest}\n`);
  expect(bash(`txlog attachment get ${digest} --env a | sha256sum`).stdout).toContain(digest);
  const range = (text: string) => {
    const args = [bin, 'attachment', 'get', digest, '--range', text, ...at];
    return spawnSync(process.execPath, args, { cwd: shell.dir, env: shell.env }).stdout;
  };
  expect(range('5-8')).toEqual(bytes.subarray(5, 9));
  expect(range('2999990-')).toEqual(bytes.subarray(2_999_990));
  const left = bash(`mkfifo feed; head -c 1 feed >/dev/null & txlog attachment get ${digest} --env a -O feed`);
  expect([left.status, left.stderr]).toEqual([74, expect.stringContaining('the attachment is not complete')]);
  expect(shell.run(['attachment', 'get', digest, '-O', 'copy.bin', ...at]).code).toBe(0);
  expect(readFileSync(join(shell.dir, 'copy.bin')).equals(bytes)).toBe(true);
  expect(shell.run(['attachment', 'get', missing, '-O', 'none.bin', ...at]).code).toBe(3);
  expect(existsSync(join(shell.dir, 'none.bin'))).toBe(false);
  expect(json(['attachment', 'verify', ...at])).toMatchObject({ items: [] });
  const file = join(shell.dir, 'a/attachments', digest.slice(0, 2), digest);
  truncateSync(file, 2_999_999);
  expect(json(['attachment', 'verify', ...at], 1)).toMatchObject({ items: [{ digest, problem: 'damaged' }] });
  expect(shell.run(['attachment', 'get', digest, '-O', 'bad.bin', ...at]).code).toBe(65);
  expect(existsSync(join(shell.dir, 'bad.bin'))).toBe(false);
  expect(shell.run(['attachment', 'put', 'file.bin', ...at]).code).toBe(0);
  expect(shell.run(['attachment', 'verify', digest, ...at]).code).toBe(0);
});

it('after kill -9 at any moment, it is whole or not here, and the same command goes on', async () => {
  shell.run(['init', '--env', 'k']);
  for (const sent of [1, 400_000, 1_300_000, 2_900_000]) {
    const victim = start(['attachment', 'put', '-', '--digest', digest, '--env', 'k']);
    victim.stdin.on('error', () => {});
    victim.stdin.write(bytes.subarray(0, sent));
    // Its part has the number of its process in its name.
    const own = () => partsOf('k').find((name) => name.includes(`-${victim.pid}-`));
    const size = () =>
      statSync(join(shell.dir, 'k/attachments/parts', own() ?? ''), { throwIfNoEntry: false })?.size ?? 0;
    for (let looks = 0; looks < 500 && !(own() && size() >= sent); looks++) await pause(10);
    expect([own() !== undefined, size()]).toEqual([true, sent]);
    victim.kill('SIGKILL');
    expect(await once(victim, 'exit')).toEqual([null, 'SIGKILL']);
    expect(json(['attachment', 'list', '--env', 'k'])).toMatchObject({ items: [] });
  }
  const { partBytes } = json(['attachment', 'show', digest, '--env', 'k']);
  expect(partBytes).toBe(2_900_000);
  // What has come need not come again.
  const rest = `tail -c +${partBytes + 1} file.bin | txlog attachment put - --digest ${digest} --offset ${partBytes} --env k`;
  expect(bash(rest)).toMatchObject({ stdout: `${digest}\n`, status: 0 });
  expect(partsOf('k')).toEqual([]);
  expect(shell.run(['attachment', 'verify', '--env', 'k']).code).toBe(0);
});

it('Ctrl-C keeps what has come of a file, and is no attachment', async () => {
  shell.run(['init', '--env', 'i']);
  const victim = start(['attachment', 'put', '-', '--digest', digest, '--env', 'i']);
  victim.stdin.write(bytes.subarray(0, 1_000_000));
  for (let looks = 0; looks < 300 && partsOf('i').length === 0; looks++) await pause(10);
  await pause(100);
  victim.kill('SIGINT');
  expect((await once(victim, 'exit'))[0]).toBe(130);
  expect(json(['attachment', 'list', '--env', 'i'])).toMatchObject({ items: [] });
  expect(json(['attachment', 'show', digest, '--env', 'i']).partBytes).toBeGreaterThan(0);
});

it('a stream that was cut is not what was promised: exit code 65, and it goes on', () => {
  shell.run(['init', '--env', 'c']);
  const cut = bash(`head -c 1000000 file.bin | txlog attachment put - --digest ${digest} --env c`);
  expect(cut).toMatchObject({ status: 65 });
  expect(cut.stderr).toContain('--offset 1000000');
  expect(bash(`cat file.bin | txlog attachment put - --digest ${digest} --env c`).status).toBe(0);
});

it('a full disk is exit code 74, and the same command goes on later', () => {
  shell.run(['init', '--env', 'f']);
  const full = bash(`(trap "" XFSZ; ulimit -f 2000; txlog attachment put file.bin --env f)`);
  expect(full.status).toBe(74);
  expect(full.stderr).toContain('STORAGE_FULL');
  expect(json(['attachment', 'list', '--env', 'f'])).toMatchObject({ items: [] });
  expect(bash('txlog attachment put file.bin --env f').stdout).toBe(`${digest}\n`);
});

it('SIGTERM leaves nothing of a file that was to be written', () => {
  shell.run(['init', '--env', 'h']);
  const got = bash(`
    D=$(head -c 400000000 /dev/zero | txlog attachment put - --env h); mkdir out
    '${process.execPath}' '${bin}' attachment get "$D" -O out/x --env h &
    for i in $(seq 500); do ls out/x* >out.seen 2>&1 && break; sleep 0.01; done
    kill -TERM $!; wait $!; code=$?; ls out; rm -r h; exit $code`);
  expect(got).toMatchObject({ status: 143, stdout: '' });
});

it('travels in a dump, and gc removes what no record names once it is asked to', () => {
  shell.run(['init', '--env', 'from']);
  shell.run(['init', '--env', 'to']);
  shell.run(['attachment', 'put', 'file.bin', '--env', 'from']);
  shell.run(['submit', '--type', 't', '--change', 'add n 1', '--attachment', digest, '--env', 'from']);
  expect(bash('txlog sync export --env from - | txlog sync import --env to --json -').stdout).toContain(
    '"attachments":1',
  );
  expect(shell.run(['attachment', 'verify', '--env', 'to']).code).toBe(0);
  const unused = shell.run(['attachment', 'put', '-', '--env', 'to'], 'unused').stdout.trim();
  bash(`touch -d '8 days ago' to/attachments/*/*`);
  expect(shell.run(['attachment', 'gc', '--env', 'to']).code).toBe(2);
  expect(json(['attachment', 'gc', '--dry-run', '--env', 'to'])).toMatchObject({
    items: [{ digest: unused, dryRun: true }],
  });
  expect(json(['attachment', 'gc', '--yes', '--env', 'to'])).toMatchObject({
    items: [{ digest: unused, dryRun: false }],
  });
  expect(shell.run(['attachment', 'list', '-q', '--env', 'to']).stdout).toBe(`${digest}\n`);
});

it('gc shows the parts of interrupted puts, and asks before it removes them', () => {
  const at = ['--env', 'p'];
  shell.run(['init', ...at]);
  expect(bash(`head -c 1000 file.bin | txlog attachment put - --digest ${digest} --env p`).status).toBe(65);
  bash(`touch -d '8 days ago' p/attachments/parts/*`);
  const items = (dryRun: boolean) => [{ kind: 'parts', bytes: 1_000, dryRun }];
  expect(json(['attachment', 'gc', '--dry-run', ...at])).toEqual(expect.objectContaining({ items: items(true) }));
  const asked = shell.run(['attachment', 'gc', ...at]);
  expect([asked.code, asked.stderr]).toEqual([
    2,
    expect.stringContaining('Remove the parts of interrupted puts of 1,000 bytes?'),
  ]);
  expect(partsOf('p')).toEqual([digest]);
  expect(json(['attachment', 'gc', '--yes', ...at])).toMatchObject({ items: items(false) });
  expect(partsOf('p')).toEqual([]);
});

it('needs the same memory for any size', async () => {
  shell.run(['init', '--env', 'm']);
  const peak = async (name: string) => {
    const child = spawn(process.execPath, [bin, 'attachment', 'put', name, '--env', 'm'], {
      cwd: shell.dir,
      env: shell.env,
    });
    let highest = 0;
    const timer = setInterval(() => {
      const status = existsSync(`/proc/${child.pid}/status`) ? readFileSync(`/proc/${child.pid}/status`, 'utf8') : '';
      highest = Math.max(highest, Number(/VmHWM:\s+(\d+) kB/.exec(status)?.[1] ?? 0));
    }, 5);
    const [code] = await once(child, 'exit');
    clearInterval(timer);
    return { code, peakMiB: highest / 1024 };
  };
  writeFileSync(join(shell.dir, 'large.bin'), '');
  truncateSync(join(shell.dir, 'large.bin'), 200 * 1024 * 1024);
  const { code, peakMiB } = await peak('large.bin');
  expect(code).toBe(0);
  expect(json(['attachment', 'list', '--env', 'm'])).toMatchObject({ items: [{ bytes: 200 * 1024 * 1024 }] });
  // Node alone has more than 30.
  expect(peakMiB).toBeGreaterThan(30);
  expect(peakMiB).toBeLessThan(130);
});

it.skipIf(process.getuid?.() !== 0)('what one user of a group put, another one of it names', () => {
  const report = bash(`
    chmod 755 . && mkdir g && chown 1001:2000 g && chmod 2770 g && chmod 644 file.bin && umask 022
    user() { setpriv --reuid="$1" --regid=2000 --clear-groups env -i "PATH=$PATH" HOME=/nonexistent SHELL=/bin/sh '${process.execPath}' '${bin}' "\${@:2}"; }
    user 1001 init --quiet --env g && user 1001 attachment put -q file.bin --env g
    user 1002 submit --quiet --id a --type t --change 'add n 1' --attachment ${digest} --env g
    user 1002 attachment put -q file.bin --env g`);
  expect(report).toMatchObject({ status: 0, stderr: '', stdout: `${digest}\na\n${digest}\n` });
});
