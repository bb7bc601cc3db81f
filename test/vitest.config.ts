import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

// The suffix of a test file is its cost: .unit stays in memory, .int uses the disk, .e2e starts processes.
// Timeouts are for what hangs: a machine that other work keeps busy needs ten times as long as an idle one.
const project = (name: string, include: string, testTimeout: number, globalSetup: string[] = []) => ({
  extends: true as const,
  test: { name, include: [include], testTimeout, hookTimeout: testTimeout, globalSetup },
});

const build = fileURLToPath(new URL('./build-once.ts', import.meta.url));

export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    // lmdb is native code: a process of its own per file, so that a crash names its file.
    pool: 'forks',
    maxWorkers: 2,
    projects: [
      project('unit', 'test/**/*.unit.test.ts', 60_000),
      project('int', 'test/**/*.int.test.ts', 120_000),
      project('e2e', 'test/**/*.e2e.test.ts', 300_000, [build]),
      project('tidy', 'test/tidy/*.tidy.test.ts', 60_000),
    ],
  },
});
