// Goal: a limit of the system on a process is told as such, or lived with; it is neither a crash nor a bug. Method: the built
// command line runs under `ulimit`.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Shell } from '../cli/txlog.ts';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
let shell: Shell;
beforeAll(() => {
  shell = new Shell();
  shell.run(['submit', '--type', 't', '--change', 'set k 1']);
});
afterAll(() => shell.remove());

function under(limit: string, ...words: readonly string[]) {
  const script = `ulimit ${limit}; exec "$@"`;
  const { status, signal, stdout, stderr } = spawnSync('sh', ['-c', script, 'sh', process.execPath, bin, ...words], {
    ...{ cwd: shell.dir, env: shell.env, encoding: 'utf8' },
  });
  return { status, signal, stdout, stderr };
}

describe('a limit on address space', () => {
  it('makes the map of the data smaller, for reading and for writing', () => {
    expect(under('-v 40000000', 'get', 'k', '--json')).toMatchObject({ status: 0, stderr: '' });
    expect(under('-v 40000000', 'submit', '--type', 't', '--change', 'set k 2', '--json')).toMatchObject({ status: 0 });
  });

  it('is a finding of doctor', () => {
    const { status, stdout } = under('-v 40000000', 'doctor');
    expect(status).toBe(0);
    expect(stdout).toMatch(/warn +limits +the address space is limited/);
  });
});

it('few open files are told as a limit, with the next command, and no number of them ends a command by a signal', () => {
  // How many are needed differs between versions of Node; with too few, Node itself crashes.
  const counts = [18, 19, 20, 21, 22, 23, 24, 25, 26, 28].filter((files) => nodeStarts(files));
  const all = counts.map((files) => under(`-n ${files}`, 'get', 'k'));
  expect(all.map(({ signal }) => signal)).toEqual(counts.map(() => null));
  const limited = all.filter(({ stderr }) => stderr.startsWith('txlog: '));
  expect(limited.length).toBeGreaterThan(1);
  for (const { status, stderr } of limited) {
    expect(stderr).toMatch(/^txlog: SYSTEM_LIMIT: /);
    expect(stderr).toContain('next: ulimit -a');
    expect(status).toBe(75);
  }
});

function nodeStarts(files: number): boolean {
  return spawnSync('bash', ['-c', `ulimit -n ${files} && exec '${process.execPath}' -e 0`]).status === 0;
}
