import { fileURLToPath } from 'node:url';

/** Where this program's own code is: `dist`, or `src`. */
const ownCode = fileURLToPath(new URL('../..', import.meta.url));
const ownPackages = /[\\/]node_modules[\\/](?:lmdb|msgpackr|@oclif)[\\/]/;

/**
 * While workers run users' code, what that code throws where nobody waits for it (a promise without `catch`, a timer, an
 * emitter) is told to `tell`, and the process goes on. What is our own fault goes to whoever was told before. A call of
 * `process.exit` throws: it would take all other turns of the worker with it. Returns how to end that.
 */
export function catchAppErrors(tell: (error: Error) => void): () => void {
  const before = process.listeners('uncaughtException');
  const { exit } = process;
  const end = () => {
    process.exit = exit;
    process.off('uncaughtException', hear);
    for (const listener of before) process.on('uncaughtException', listener);
  };
  const hear: NodeJS.UncaughtExceptionListener = (thrown, origin) => {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    if (!isOwnFault(error)) return tell(error);
    end();
    for (const listener of before) listener(error, origin);
  };
  for (const listener of before) process.off('uncaughtException', listener);
  process.on('uncaughtException', hear);
  process.exit = (code) => {
    throw new Error(`the app called process.exit(${code ?? ''}): a turn ends by its answer, a worker by a signal`);
  };
  return end;
}

/** Whether an error that nobody awaited is a bug of ours: an invariant, or what happened in our code alone. */
function isOwnFault({ name, stack = '' }: Error): boolean {
  if (name === 'AssertionFailure') return true;
  // An environment's failure has a code, and whoever asked for it was to wait for it.
  if (name === 'TxlogError') return false;
  const files = filesIn(stack);
  return files.length > 0 && files.every((file) => file.startsWith(ownCode) || ownPackages.test(file));
}

/** The first place in users' code that a stack names, such as `app.mjs:12:7`. */
export function placeOf({ stack = '' }: Error): string | undefined {
  const line = stack
    .split('\n')
    .find((text) => isFrame(text) && !filesIn(text).some((file) => file.startsWith(ownCode)));
  return line?.match(/([^/\\(]+:\d+:\d+)\)?$/)?.[1];
}

function isFrame(line: string): boolean {
  return filesIn(line).length > 0;
}

function filesIn(stack: string): readonly string[] {
  const frames = stack.split('\n').map((line) => /^\s+at (?:.*\()?(.+?):\d+:\d+\)?$/.exec(line)?.[1]);
  return frames.flatMap((file) => {
    if (file === undefined || file.startsWith('node:')) return [];
    return [file.startsWith('file:') ? fileURLToPath(file) : file];
  });
}
