import { existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { makePrivate } from '../../machine/file-rights.ts';
import { isLitter, removeUnfinished } from './builds.ts';
import { giveNewName, makeDir, removeWhole, removeWholeLater, syncPath, writeFresh } from './directory.ts';
import { placeFailure } from './place-failure.ts';

/**
 * An environment's directory holds one LMDB environment per generation, `g1`, `g2`, …, and a file `current` that names
 * one. A rebuild writes the next generation under another name, syncs and renames it, and then says `moved` in the head
 * of the old one: that commit is the swap. `current` only spares openers the way through old generations.
 *
 * Source: decisions/0005-generations.md.
 */
export const generationDir = (dir: string, generation: number): string => join(dir, `g${generation}`);

/** The settings of the command line; a copy brings its own in its first generation, which naming puts in their place. */
export const configName = 'config.json';

const currentName = 'current';
/** The file that names the generation of an environment. */
export const currentFile = (dir: string): string => join(dir, currentName);
/** Looks at a directory that others change meanwhile; each look that fails is a change that they made. */
const looksMax = 100;

/**
 * The generation to open first, or undefined when there is no environment. Where nothing says which, because the maker
 * of the environment died or is about to say so, it is the oldest: it names the next one.
 *
 * Errors: ENV_FOREIGN when the directory holds something else; STORAGE_CORRUPT when the data is missing; as
 * `placeFailure`.
 */
export function readCurrent(dir: string): number | undefined {
  try {
    return findCurrent(dir);
  } catch (cause) {
    throw cause instanceof TxlogError ? cause : placeFailure('read', dir, cause);
  }
}

function findCurrent(dir: string): number | undefined {
  const found = statSync(dir, { throwIfNoEntry: false });
  if (!found) return undefined;
  if (!found.isDirectory()) throw new TxlogError('ENV_FOREIGN', `${dir} is a file, not an environment's directory`);
  for (let look = 1; ; look++) {
    const text = readText(currentFile(dir));
    const names = text === undefined ? readdirSync(dir) : [];
    if (text === undefined && !names.includes(currentName)) return findUnnamed(dir, names);
    const generation = Number(/^g([1-9][0-9]*)$/.exec(text?.trim() ?? '')?.[1]);
    if (Number.isSafeInteger(generation) && hasData(generationDir(dir, generation))) return generation;
    // A rebuild may have come between the look at the name and the one at what it names.
    const isSame = text !== undefined && text === readText(currentFile(dir));
    if (isSame || look === looksMax) throw wrongCurrent(dir, generation);
  }
}

/** Generations get their names with all that belongs in them: one that has data is whole. */
function findUnnamed(dir: string, names: readonly string[]): number | undefined {
  const generations = names.flatMap((name) => Number(/^g([1-9][0-9]*)$/.exec(name)?.[1] ?? []));
  const whole = generations.filter((generation) => hasData(generationDir(dir, generation)));
  if (whole.length > 0) return Math.min(...whole);
  const others = names.filter((name) => !isLitter(name) && name !== 'g1');
  if (others.length === 0) return undefined;
  throw new TxlogError('ENV_FOREIGN', `${dir} holds ${others.slice(0, 3).join(', ')} but no environment of txlog`, {
    hint: 'Nothing was changed there.',
    next: ['txlog init --env ANOTHER_DIR'],
  });
}

function wrongCurrent(dir: string, generation: number): TxlogError {
  const next = [`txlog doctor --env ${dir}`, 'txlog init NEW --from BACKUP'];
  if (!Number.isSafeInteger(generation))
    return new TxlogError('ENV_FOREIGN', `${currentFile(dir)} does not name a generation of an environment`, { next });
  return new TxlogError('STORAGE_CORRUPT', `${generationDir(dir, generation)} holds no data`, {
    hint: `${currentFile(dir)} says that the log should be there. Nothing was made in its place.`,
    next,
  });
}

function readText(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function hasData(dir: string): boolean {
  return (statSync(join(dir, 'data.mdb'), { throwIfNoEntry: false })?.size ?? 0) > 0;
}

/** Whether `current` says which generation is to be opened first. */
export const isNamed = (dir: string): boolean => readText(currentFile(dir)) !== undefined;

/** Points `current` at a generation, so that it holds either the old name or the new one. */
export function writeCurrent(dir: string, generation: number): void {
  renameSync(writeFresh(generationDir(dir, generation), `g${generation}\n`), currentFile(dir));
  syncPath(dir);
}

/**
 * Points `current` at the first generation, unless it names one: others may have found this one, and moved on, before
 * its maker comes to name it.
 */
export function nameFirst(dir: string, generation: number): void {
  const config = join(generationDir(dir, generation), configName);
  if (existsSync(config) && giveNewName(config, join(dir, configName))) rmSync(config, { force: true });
  const fresh = writeFresh(generationDir(dir, generation), `g${generation}\n`);
  giveNewName(fresh, currentFile(dir));
  rmSync(fresh, { force: true });
  syncPath(dir);
}

/**
 * Makes the directory of an environment that is about to be made, and removes what makers who died left in it. One that
 * is there is closed to others, too, while it is empty. Returns whether it was made.
 *
 * Errors: as `placeFailure`.
 */
export function prepareDir(dir: string): boolean {
  const isNew = !existsSync(dir);
  makeDir(dir);
  removeUnfinished(dir);
  if (readdirSync(dir).length === 0) makePrivate(dir);
  // Begun by version 0.1.0, which made its files in place. It holds no data, or `readCurrent` would have found it.
  const [half] = readdirSync(dir).filter((name) => name === 'g1' && !hasData(join(dir, name)));
  if (half !== undefined) removeWhole(join(dir, half));
  return isNew;
}

/**
 * Removes what a rebuild left that died before its swap, of which no one was ever told. Only for the holder of the
 * writer lock of the generation before: any other might remove a generation that is in use.
 */
export function removeAbandoned(dir: string, generation: number): void {
  removeWhole(generationDir(dir, generation));
}

/** Removes builds that died and generations before `generation`. Those still open elsewhere live on until closed. */
export async function removeOld(dir: string, generation: number): Promise<void> {
  for (const name of readdirSync(dir)) {
    const old = Number(/^g([1-9][0-9]*)$/.exec(name)?.[1]);
    if (old < generation) await removeWholeLater(join(dir, name));
  }
  removeUnfinished(dir);
}
