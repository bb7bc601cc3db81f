import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Finding } from '../../shapes/finding.ts';
import { failedCheck, fine, warning } from './finding.ts';

/** The oldest Node that txlog runs on. */
const nodeOldest = [20, 19] as const;
/** Files that an environment and its commands have open, with room to spare. */
const openFilesNeeded = 96;
const mapBytes = 2 ** 40;

/** Examines the machine, whatever the environment. */
export function* examineMachine(): Iterable<Finding> {
  yield nodeVersion(process.versions.node);
  yield lmdbVersion();
  if (existsSync('/proc/self/limits')) yield* resourceLimits(readFileSync('/proc/self/limits', 'utf8'));
}

/** Whether this Node is new enough. */
export function nodeVersion(version: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < nodeOldest[0] || (major === nodeOldest[0] && minor < nodeOldest[1]);
  if (isOld) return failedCheck('node', `Node ${version} is older than ${nodeOldest.join('.')}`, 'node --version');
  return fine('node', `Node ${version}`);
}

/** Version of the storage that is installed, such as 3.5.6. */
export function installedLmdb(): string {
  const entry = createRequire(import.meta.url).resolve('lmdb');
  const { version } = JSON.parse(readFileSync(join(dirname(entry), '..', 'package.json'), 'utf8'));
  return String(version);
}

function lmdbVersion(): Finding {
  return fine('lmdb', `lmdb ${installedLmdb()}, ${process.platform} ${process.arch}`);
}

/** Reads the limits that the system set for this process, in the format of /proc/PID/limits. */
export function* resourceLimits(text: string): Iterable<Finding> {
  const soft = (name: string) => {
    const value = new RegExp(`^${name} +(\\S+)`, 'm').exec(text)?.[1];
    return value === undefined || value === 'unlimited' ? Number.POSITIVE_INFINITY : Number(value);
  };
  const files = soft('Max open files');
  const space = soft('Max address space');
  const fileBytes = soft('Max file size');
  if (files < openFilesNeeded) yield warning('limits', `only ${files} files may be open at once`, 'ulimit -n');
  if (space < 2 * mapBytes)
    yield warning(
      'limits',
      `the address space is limited to ${space} bytes: so is the data file`,
      'ulimit -v unlimited',
    );
  if (fileBytes < mapBytes) yield warning('limits', `a file may have at most ${fileBytes} bytes`, 'ulimit -f');
  if (files >= openFilesNeeded && space >= 2 * mapBytes && fileBytes >= mapBytes) {
    yield fine('limits', 'open files, address space and file size are large enough');
  }
}
