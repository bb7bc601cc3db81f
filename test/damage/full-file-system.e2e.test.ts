// Goal: where a file system has no byte left, no command ends by a signal, leaves litter, or loses anything. LMDB maps a
// table of locks that it makes with holes: a page that cannot be had is SIGBUS. Method: a file system of its own in
// memory, in a name space of its own, is filled to the last byte under an environment; then commands run there.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const library = fileURLToPath(new URL('../../dist/test/library.mjs', import.meta.url));
const place = mkdtempSync(join(tmpdir(), 'txlog-no-room-'));

afterAll(() => rmSync(place, { recursive: true, force: true }));

/** Commands that make files of LMDB, and the exit code of each; then those that only read. */
const script = `
set -u
mount -t tmpfs -o size=48m tmpfs '${place}' && cd '${place}' || exit 99
txlog() { '${process.execPath}' '${bin}' "$@"; }
txlog init -q >/dev/null
txlog submit --type t --id r-1 --change 'set k 1' -q >/dev/null
txlog session new mail --data 1 --id s-1 -q >/dev/null
export XDG_CONFIG_HOME='${place}/conf' TMPDIR='${place}/tmp' EDITOR=true; mkdir tmp
txlog context add dev .txlog >/dev/null
txlog backup saved.mdb -q >/dev/null
txlog session park --theme mail --reason x -O plan.json -q >/dev/null 2>&1
cp plan.json /dev/shm/plan-$$
head -c 64m /dev/zero > fill 2>/dev/null
out=$(mktemp -p /dev/shm 2>/dev/null || echo /dev/null)
for words in 'backup copy' 'backup copy.mdb' 'replay --yes' 'replay --to 1 --into other' 'init new' 'session park s-1 --reason x' 'session park --theme mail --reason y -O plan.json' 'init elsewhere --from saved.mdb' 'context add other .txlog' 'state edit k --reason x --yes'; do
  txlog $words >/dev/null 2>"$out"; echo "$? $words: $(head -n 1 "$out" | cut -d: -f2)"
done
unset TMPDIR
cmp plan.json /dev/shm/plan-$$ && echo 'the earlier plan is whole'; rm /dev/shm/plan-$$
for words in 'get k' 'rescan --verify' 'session list' 'top --once'; do
  txlog $words >/dev/null 2>"$out"; echo "$? $words"
done
# From a medium that nobody can write, a backup is read without files beside it.
mount -o remount,ro '${place}'
txlog init --env /dev/shm/restored-$$ --from saved.mdb >/dev/null 2>"$out"; echo "$? restored: $(head -n 1 "$out")"
rm -rf "$out" /dev/shm/restored-$$
ls -A . .txlog conf/txlog/* tmp | grep -v '^$'
`;

/** Fills a file system but for some bytes, and writes there without a reserve, with rows of several sizes. */
const withoutReserve = `
import { truncateSync, writeFileSync } from 'node:fs';
import { openEnvironment } from '${library}';
const codes = new Set();
for (const [n, value] of [40_000, 3_000, 90_000].map((bytes) => 'x'.repeat(bytes)).entries()) {
  const env = await openEnvironment('${place}/env-' + n, { create: true, reserveBytes: 1 });
  const fill = '${place}/fill';
  try { writeFileSync(fill, Buffer.alloc(64 << 20)); } catch {}
  truncateSync(fill, (await import('node:fs')).statSync(fill).size - 700_123);
  for (let i = 0; ; i++) {
    const failed = await env.submit({ type: 't', changes: [{ op: 'set', key: 'k/' + i, value }] }).catch((error) => error);
    if (!failed.code) continue;
    codes.add(failed.code);
    break;
  }
  truncateSync(fill, 0);
  await env.close().catch(({ code }) => codes.add('close ' + code));
}
console.log([...codes].join());
`;

it('a write that finds no room is told as such, also where nothing is kept in reserve', () => {
  const mounted = `mount -t tmpfs -o size=48m tmpfs '${place}' && exec '${process.execPath}' --input-type=module -e "$0"`;
  const args = ['--user', '--map-root-user', '--mount', 'sh', '-c', mounted, withoutReserve];
  const { stdout, stderr } = spawnSync('unshare', args, { encoding: 'utf8' });
  expect({ stdout, stderr: stderr.replaceAll(/Write error.*\n/g, '') }).toMatchObject({ stdout: 'STORAGE_FULL\n' });
});

it('commands that have to make files are refused, those that read go on, and nothing is left behind', () => {
  const { stdout, stderr } = spawnSync('unshare', ['--user', '--map-root-user', '--mount', 'sh', '-c', script], {
    env: { ...process.env, DEBUG: '' },
    encoding: 'utf8',
  });
  expect({ stdout: stdout.split('\n'), stderr }).toEqual({
    stdout: [
      '74 backup copy:  STORAGE_FULL',
      '74 backup copy.mdb:  STORAGE_FULL',
      '74 replay --yes:  STORAGE_FULL',
      '74 replay --to 1 --into other:  STORAGE_FULL',
      '74 init new:  STORAGE_FULL',
      '74 session park s-1 --reason x:  STORAGE_FULL',
      '74 session park --theme mail --reason y -O plan.json:  OUTPUT_FAILED',
      '74 init elsewhere --from saved.mdb:  STORAGE_FULL',
      '74 context add other .txlog:  STORAGE_FULL',
      '74 state edit k --reason x --yes:  OUTPUT_FAILED',
      'the earlier plan is whole',
      '0 get k',
      '0 rescan --verify',
      '0 session list',
      '0 top --once',
      '0 restored: ',
      '.:',
      ...['.txlog', 'conf', 'fill', 'plan.json', 'saved.mdb', 'tmp'],
      ...['.txlog:', 'current', 'g1'],
      ...['conf/txlog/contexts:', 'dev.json', 'tmp:'],
      '',
    ],
    stderr: '',
  });
});
