import { v4 as randomId } from 'uuid';
import { TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import { type Format, firstJournalFormat, hasFormat, readFormat, readHead, writeFormat } from '../layout/meta.ts';
import { TypeRegistry } from '../layout/type-registry.ts';
import type { Storage } from '../ports/storage.ts';
import { newBuildDir, publishBuild, removeBuild } from '../storage/lmdb/builds.ts';
import { generationDir, isNamed, nameFirst, prepareDir, readCurrent } from '../storage/lmdb/generation.ts';
import { openLmdbStorage } from '../storage/lmdb/lmdb-storage.ts';
import { openMemoryStorage } from '../storage/memory/memory-storage.ts';
import { View } from '../view/view.ts';
import { openStorage } from './open-storage.ts';

/** How to open the storage of an environment. */
export interface GenerationOptions {
  readonly dir: string;
  readonly readOnly: boolean;
  readonly create: boolean;
  readonly mapBytes: number | undefined;
  readonly reserveBytes: number | undefined;
  /** A new environment has a journal. */
  readonly journal: boolean;
}

/** An open storage of one generation, and the view of it. */
export interface Generation {
  readonly storage: Storage;
  readonly view: View;
  readonly format: Format;
  readonly generation: number;
}

/** Names an environment that lives in memory, as long as its process. */
export const inMemory = ':memory:';
/** The package that keeps the files, up to the part of its version that its data format may change with. */
const storageVersion = 'lmdb 3.5';

/**
 * Opens the newest generation of an environment; makes the environment when `create` is set.
 *
 * Errors: ENV_NOT_FOUND, ENV_FOREIGN, ENV_NEWER, ENV_PERMISSION, and those of the storage.
 */
export async function openNewestGeneration(options: GenerationOptions): Promise<Generation> {
  if (options.dir === inMemory) return openMemory();
  let generation = readCurrent(options.dir) ?? (await createFirst(options));
  for (;;) {
    const opened = await openGeneration(options, generation);
    if (typeof opened !== 'number') return opened;
    generation = opened;
  }
}

/** The generation, open; or the number of the one that took its place. */
async function openGeneration(options: GenerationOptions, generation: number): Promise<Generation | number> {
  let storage: Storage | undefined;
  try {
    const dir = generationDir(options.dir, generation);
    storage = openStorage({ ...storageOptions(options), dir });
    if (options.create && !options.readOnly) await finishOld(options.dir, storage);
    const { format, moved } = storage.read((snapshot) => ({
      format: readFormat(snapshot),
      moved: readHead(snapshot).moved,
    }));
    refuseOtherStorage(format);
    // Its maker died before, or is about to do so.
    if (!options.readOnly && !isNamed(options.dir)) nameFirst(options.dir, generation);
    if (moved === undefined) return { storage, view: new View(new TypeRegistry()), format, generation };
    await storage.close();
    return moved;
  } catch (error) {
    await storage?.close();
    // A rebuild may have removed this generation between the look at `current` and the opening.
    const current = readCurrent(options.dir);
    if (current !== undefined && current !== generation) return current;
    throw error;
  }
}

/** Two versions of the package on one file can damage it (decisions/0003-lmdb-options.md). */
function refuseOtherStorage({ storage }: Format): void {
  if (storage === storageVersion) return;
  const message = `the environment was made with ${JSON.stringify(storage)}, this txlog has ${storageVersion}`;
  const isLater = storage.localeCompare(storageVersion, 'en', { numeric: true }) > 0;
  if (/^lmdb [0-9]+\.[0-9]+$/.test(storage) && isLater)
    throw new TxlogError('ENV_NEWER', message, { next: ['npm install --global txlog@latest'] });
  throw new TxlogError('ENV_FOREIGN', message, {
    hint: 'Nothing was changed. Two versions of LMDB on one file can damage it. Use the version of txlog that made it.',
    next: ['txlog --version', 'txlog doctor'],
  });
}

async function openMemory(): Promise<Generation> {
  const storage = openMemoryStorage();
  const format = await initialise(storage);
  return { storage, view: new View(new TypeRegistry()), format, generation: 1 };
}

async function createFirst(options: GenerationOptions): Promise<number> {
  const { dir } = options;
  if (!options.create || options.readOnly) {
    throw new TxlogError('ENV_NOT_FOUND', `there is no environment in ${dir}`, { next: [`txlog init --env ${dir}`] });
  }
  const build = newBuildDir(dir, prepareDir(dir));
  try {
    const storage = openLmdbStorage({ ...storageOptions(options), dir: build, unpublished: true });
    await initialise(storage, newFormat(options)).finally(() => storage.close());
    publishBuild(build, dir, 1);
    nameFirst(dir, 1);
    return 1;
  } catch (error) {
    // When several make it at once, one is first; the others open what it made.
    const made = error instanceof TxlogError && error.code === 'ENV_EXISTS' ? readCurrent(dir) : undefined;
    if (made === undefined) throw error;
    return made;
  } finally {
    removeBuild(build);
  }
}

/** Version 0.1.0 made its files in place: one that was killed then has left an empty environment without a name. */
async function finishOld(dir: string, storage: Storage): Promise<void> {
  const isEmpty = storage.read((snapshot) => !hasFormat(snapshot) && snapshot.count('log') === 0);
  if (isEmpty && !isNamed(dir)) await initialise(storage);
}

/** Writes what makes a storage an environment, unless it is there. */
export function initialise(storage: Storage, format?: Format): Promise<Format> {
  return storage.write((tx) => {
    if (hasFormat(tx)) return readFormat(tx);
    const fresh = format ?? newFormat({ journal: false });
    writeFormat(tx, fresh);
    TypeRegistry.writeSchema(tx);
    return fresh;
  });
}

/** The format with a journal, or without one. */
export function withJournal(format: Format, journal: boolean): Format {
  return { ...format, format: journal ? firstJournalFormat : firstJournalFormat - 1 };
}

function newFormat({ journal }: { readonly journal: boolean }): Format {
  return withJournal({ format: 1, unit: randomId(), storage: storageVersion }, journal);
}

function storageOptions({ readOnly, mapBytes, reserveBytes }: GenerationOptions) {
  return {
    readOnly,
    ...given({ mapBytes, reserveBytes }),
  };
}
