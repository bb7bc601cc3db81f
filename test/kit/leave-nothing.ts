import { afterAll, beforeAll, vi } from 'vitest';

// Files share processes (README.md): what one of them leaves behind, another one finds. So it is looked for after each file.

const signals = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection', 'warning'] as const;

/** The parts of a process that a test may change and must give back. */
function standing() {
  const { VITEST_POOL_ID: _, VITEST_WORKER_ID: __, TXLOG_CPU_BEFORE: ___, ...env } = process.env;
  return {
    env: { ...env },
    cwd: process.cwd(),
    umask: process.umask(),
    listeners: Object.fromEntries(signals.map((name) => [name, process.listenerCount(name)])),
    fakeTimers: vi.isFakeTimers(),
  };
}

let before: ReturnType<typeof standing>;
beforeAll(() => {
  before = standing();
});
// The hooks of a set-up file are the first to begin, and the last to end.
afterAll(() => {
  const [was, is] = [before, standing()].map((one) => JSON.stringify(one, undefined, 2).split('\n'));
  const changed = is?.filter((line, i) => line !== was?.[i]) ?? [];
  if (changed.length > 0 || was?.length !== is?.length)
    throw new Error(`this file leaves something behind for those that share its process:\n${changed.join('\n')}`);
});
