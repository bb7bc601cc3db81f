import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { Script } from 'node:vm';
import { CodeCache } from './code-cache.ts';

type Wrapper = (
  exports: object,
  require: NodeJS.Require,
  module: { exports: object },
  filename: string,
  directory: string,
  load: (specifier: string) => Promise<unknown>,
) => void;

/** A bundle of the build: its file, the digest of its text, and the command that it is loaded for. */
export interface Bundle {
  readonly file: string;
  readonly digest: string;
  /** Each command has a file of compiled code of its own: V8 reads a file whole, and no command pays for the others. */
  readonly command?: string | undefined;
}

/**
 * Runs a bundle of the build and gives what it exports: one CommonJS module in one file, in a function that the build has
 * put around it. Most of a start is the compiler's work, and this keeps what it made for the next start.
 */
export function loadBundle<T extends object>({ file, digest, command = '' }: Bundle): T {
  const { arch, versions } = process;
  const part = command === '' ? '' : `-${command.replaceAll(':', '-')}`;
  const cache = new CodeCache(`${digest}-${arch}-${versions.v8}${optionsKey()}${part}`);
  // The build writes ASCII only, which is read in a tenth of the time.
  const source = readFileSync(file, 'latin1');
  const cachedData = cache.read();
  const script = new Script(source, { filename: file, cachedData });
  const isUsed = cachedData !== undefined && script.cachedDataRejected === false;
  if (!isUsed && cache.isThere) process.once('exit', () => cache.write(script.createCachedData()));
  const module = { exports: {} };
  const wrapper = script.runInThisContext() as Wrapper;
  wrapper(module.exports, createRequire(file), module, file, dirname(file), (specifier) => import(specifier));
  return module.exports as T;
}

/** V8 takes code only under the options that it was compiled with, so each set of them has a file of its own. */
function optionsKey(): string {
  const options = [...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').trim();
  return options === '' ? '' : `-${createHash('sha256').update(options).digest('hex').slice(0, 16)}`;
}
