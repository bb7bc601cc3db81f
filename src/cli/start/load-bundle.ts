import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { CodeCache } from './code-cache.ts';

/** A bundle that was loaded. */
export interface Bundle<T> {
  readonly exports: T;
  /** Says which command runs: its functions, once compiled, are kept for the next start. */
  willRun(command: string): void;
}

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  directory: string,
  load: (specifier: string) => Promise<unknown>,
) => void;

/**
 * Runs a bundle of the build: one CommonJS module in one file, in a function that the build has put around it. Most of a
 * start is the compiler's work, and this keeps what it made for the next start. `digest` is that of the file's text.
 */
export function loadBundle<T extends object>(file: string, digest: string): Bundle<T> {
  const { arch, versions } = process;
  const cache = new CodeCache(`${digest}-${arch}-${versions.v8}${optionsKey()}`);
  // The build writes ASCII only, which is read in a tenth of the time.
  const source = readFileSync(file, 'latin1');
  const cachedData = cache.read();
  const script = new Script(source, { filename: file, cachedData });
  const isUsed = cachedData !== undefined && script.cachedDataRejected === false;
  if (!isUsed) cache.forget();
  const module = { exports: {} };
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module.exports, createRequire(file), module, file, dirname(file), (specifier) => import(specifier));
  return {
    exports: module.exports as T,
    willRun(command) {
      if (isUsed && cache.has(command)) return;
      process.once('exit', () => cache.write(script.createCachedData(), command));
    },
  };
}

/** V8 takes code only under the options that it was compiled with, so each set of them has a file of its own. */
function optionsKey(): string {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim();
  return options === '' ? '' : `-${createHash('sha256').update(options).digest('hex').slice(0, 16)}`;
}
