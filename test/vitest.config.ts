import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';
import { BaseSequencer, type TestSpecification } from 'vitest/node';
import { isLong } from './kit/length.ts';

// The suffix of a test file is its cost: .unit stays in memory, .int uses the disk, .e2e starts processes, .long is for the
// long run. `npm run test:long` also plays the others at full length (kit/length.ts).
// Timeouts are for what hangs: a machine that other work keeps busy needs ten times as long as an idle one.
const project = (
  name: string,
  include: string,
  testTimeout: number,
  more: { globalSetup?: string[]; exclude?: string[]; isolate?: false } = {},
) => ({
  extends: true as const,
  test: { name, include: [include], testTimeout, hookTimeout: testTimeout, ...more },
});

// Node 20 reads all certificates of this file at every start, a fifth of what a command takes, and no test talks TLS.
delete process.env.NODE_EXTRA_CA_CERTS;

const build = fileURLToPath(new URL('./build-once.ts', import.meta.url));
const docs = 'test/docs/*.e2e.test.ts';
const acceptance = 'test/acceptance/*.e2e.test.ts';
const cpu = fileURLToPath(new URL('./kit/cpu.ts', import.meta.url));
const closeCommands = fileURLToPath(new URL('./kit/close-commands.ts', import.meta.url));
const leaveNothing = fileURLToPath(new URL('./kit/leave-nothing.ts', import.meta.url));
const asPeopleRunIt = fileURLToPath(new URL('./as-people-run-it.ts', import.meta.url));

/** What takes longest. At the end of a run each of these would keep one core busy and leave the others idle. */
const longest = [
  'cli/sessions.e2e',
  'docs/sessions.e2e',
  'docs/commands.e2e',
  'sync/pipes.e2e',
  'loans.e2e',
  'dialogs.e2e',
  'crash/kill.e2e',
  'processes/sessions-killed.e2e',
  'package/pack.e2e',
  'processes/memory.e2e',
];

/** Next to each other, because a process goes on with the next file only when that is of the same project. */
const sharing = ['e2e', 'int', 'unit'];

class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId, project: { name } }: TestSpecification) => {
      const index = longest.findIndex((path) => moduleId.endsWith(`/${path}.test.ts`));
      return index === -1 ? longest.length + sharing.indexOf(name) + 1 : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // lmdb is native code: processes, so that a crash ends one of them, and is told of the file that ran there.
    pool: 'forks',
    // Times that people read are local.
    env: { TZ: 'UTC' },
    // More than CI has cores: much of what the tests do is to wait for the disk, for processes and for leases.
    maxWorkers: 4,
    maxConcurrency: 3,
    setupFiles: [leaveNothing, asPeopleRunIt, cpu, closeCommands],
    sequence: { sequencer: LongestFirst },
    projects: [
      // Files share processes: each leaves nothing behind, and the sources are loaded four times, not two hundred times.
      project('unit', 'test/**/*.unit.test.ts', 60_000, { isolate: false }),
      project('int', 'test/**/*.int.test.ts', 120_000, { isolate: false }),
      project('e2e', 'test/**/*.e2e.test.ts', 300_000, {
        isolate: false,
        globalSetup: [build],
        exclude: [docs, acceptance],
      }),
      // Real data through all of it: what another Node changes, the others show.
      project('acceptance', acceptance, 300_000, { globalSetup: [build] }),
      // Read, not run, or run for what they show: no other version of Node changes it (.ci/run).
      project('docs', docs, 300_000, { globalSetup: [build] }),
      project('tidy', 'test/tidy/*.tidy.test.ts', 60_000),
      ...(isLong ? [project('long', 'test/**/*.long.test.ts', 600_000, { globalSetup: [build] })] : []),
    ],
  },
});
