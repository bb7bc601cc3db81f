import { isUtf8 } from 'node:buffer';
import { readdirSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { isFrontendAddress } from '../core/base/frontend-address.ts';
import { given } from '../core/base/given.ts';
import { isJsonObject, type JsonValue } from '../core/base/json.ts';
import { limits } from '../core/base/limits.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { systemCode } from '../core/base/system-error.ts';
import { findDistrust } from '../machine/file-rights.ts';
import { makeDirs } from '../machine/make-dirs.ts';
import { xdgDir } from '../machine/xdg-dir.ts';
import { giveNewName, writeFresh } from '../storage/lmdb/directory.ts';
import { placeFailure } from '../storage/lmdb/place-failure.ts';

/** The colours that a context can have. */
export const contextColors = ['red', 'green', 'yellow', 'blue', 'magenta', 'cyan'] as const;

/** One of the colours above. */
export type ContextColor = (typeof contextColors)[number];

/** A name that a user gave to an environment. */
export interface Context {
  readonly name: string;
  /** Directory of the environment, absolute; or the address of a frontend. */
  readonly dir: string;
  /** The file with the token that the frontend wants. */
  readonly tokenFile?: string;
  readonly color?: ContextColor;
  /** Whether changing its environment wants the context's name, or --yes. */
  readonly protected: boolean;
}

const suffix = '.json';
const namePattern = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** Whether a text can be the name of a context: letters, digits, `.`, `_` and `-`, up to limits.contextNameUnitsMax. */
export function isContextName(name: string): boolean {
  return namePattern.test(name) && name.length <= limits.contextNameUnitsMax;
}

/**
 * The contexts of one user, in `XDG_CONFIG_HOME/txlog`, else `~/.config/txlog`. Users without a home have none.
 *
 * Shape: `contexts/NAME.json` for each, `current-context` with the name of the current one. Each file is put in place as a
 * whole, so that two commands at once never lose each other's context.
 * Errors: CONTEXT_INVALID for a file that is damaged, or that another user can have written; as `placeFailure`.
 */
export class Contexts {
  private readonly dir: string | undefined;

  constructor(variables: NodeJS.ProcessEnv = process.env) {
    this.dir = xdgDir('config', variables);
  }

  /** Names of all contexts, in order. Reads no file. */
  names(): readonly string[] {
    const names = this.dir === undefined ? [] : (readable(() => readdirSync(this.folder)) ?? []);
    return names
      .flatMap((file) => (file.endsWith(suffix) ? [file.slice(0, -suffix.length)] : []))
      .filter(isContextName)
      .sort();
  }

  /** All contexts, in the order of their names. */
  list(): readonly Context[] {
    return this.names().flatMap((name) => this.find(name) ?? []);
  }

  /** The context of a name, if there is one. */
  find(name: string): Context | undefined {
    if (this.dir === undefined || !isContextName(name)) return undefined;
    const file = this.file(name);
    const text = textIn(file);
    return text === undefined ? undefined : toContext(name, file, text);
  }

  /** As `find`. Errors: CONTEXT_NOT_FOUND. */
  get(name: string): Context {
    const found = this.find(name);
    if (found) return found;
    const names = this.names();
    throw new TxlogError('CONTEXT_NOT_FOUND', `there is no context ${JSON.stringify(name)}`, {
      ...(names.length > 0 && { hint: `There are: ${names.join(', ')}` }),
      next: ['txlog context list', ...(isContextName(name) ? [`txlog context add ${name} DIR`] : [])],
    });
  }

  /** The name of the current context, if one was chosen. */
  currentName(): string | undefined {
    if (this.dir === undefined) return undefined;
    const file = this.currentFile;
    const name = textIn(file)?.trim();
    if (name === undefined || name === '') return undefined;
    if (isContextName(name)) return name;
    throw invalid(file, 'it holds no name of a context');
  }

  /** Adds a context, or puts it in place of the one of its name. Errors: CONTEXT_EXISTS, CONTEXT_INVALID when there are too many. */
  add(context: Context, replace: boolean): void {
    const folder = this.makeFolder();
    const file = this.file(context.name);
    const { name: _, ...rest } = context;
    const names = this.names();
    const count = names.length;
    if (!names.includes(context.name) && count >= limits.contextsMax)
      throw invalid(folder, `there are ${count} contexts, as many as there can be`);
    put(file, () => {
      const fresh = writeFresh(folder, `${JSON.stringify(rest, null, 2)}\n`);
      if (replace) return renameSync(fresh, file);
      const isNew = giveNewName(fresh, file);
      rmSync(fresh, { force: true });
      if (isNew) return;
      throw new TxlogError('CONTEXT_EXISTS', `there is a context ${context.name} already`, {
        next: [`txlog context show ${context.name}`, `txlog context add ${context.name} DIR --replace`],
      });
    });
  }

  /** Makes a context the current one; undefined: none. Errors: CONTEXT_NOT_FOUND. */
  use(name: string | undefined): void {
    const file = this.currentFile;
    if (name === undefined) {
      put(file, () => rmSync(file, { force: true }));
      return;
    }
    this.get(name);
    this.makeFolder();
    put(file, () => renameSync(writeFresh(this.home, `${name}\n`), file));
  }

  /** Removes a context; its environment stays. Errors: CONTEXT_NOT_FOUND. */
  remove(name: string): void {
    if (!this.names().includes(name)) this.get(name);
    // A current context that is gone would stop every command.
    if (this.isCurrent(name)) this.use(undefined);
    put(this.file(name), () => rmSync(this.file(name), { force: true }));
  }

  /** A damaged file names no context. */
  private isCurrent(name: string): boolean {
    try {
      return this.currentName() === name;
    } catch (error) {
      if (error instanceof TxlogError && error.code === 'CONTEXT_INVALID') return false;
      throw error;
    }
  }

  private makeFolder(): string {
    put(this.folder, () => makeDirs(this.folder, 0o700));
    return this.folder;
  }

  private get home(): string {
    if (this.dir !== undefined) return this.dir;
    throw new TxlogError('CONTEXT_INVALID', 'contexts have no place to be: this user has no home directory', {
      next: ['XDG_CONFIG_HOME=DIR txlog context list'],
    });
  }

  private get folder(): string {
    return join(this.home, 'contexts');
  }

  private get currentFile(): string {
    return join(this.home, 'current-context');
  }

  private file(name: string): string {
    return join(this.folder, `${name}${suffix}`);
  }
}

const notOurs = new Set(['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM', 'ELOOP', 'ENAMETOOLONG']);

/** A file that a user may not read, as under `su` with the home of another one, holds no settings of that user. */
function readable<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (notOurs.has(systemCode(error))) return undefined;
    throw error;
  }
}

function put(path: string, write: () => void): void {
  try {
    write();
  } catch (cause) {
    throw cause instanceof TxlogError ? cause : placeFailure('write', path, cause);
  }
}

/** The text of a file, if it is there. A pipe in its place would be waited for without end. */
function textIn(file: string): string | undefined {
  const found = readable(() => statSync(file));
  if (found === undefined) return undefined;
  if (!found.isFile()) throw invalid(file, 'it is no file');
  const bytes = readable(() => readFileSync(file));
  if (bytes === undefined) return undefined;
  refuseForeign(file);
  if (!isUtf8(bytes)) throw invalid(file, 'it is not valid UTF-8');
  return bytes.toString();
}

/** Another user who can write a context can lead commands to another environment, and to its app. */
function refuseForeign(file: string): void {
  const why = findDistrust(file);
  if (why !== undefined) throw invalid(file, why);
}

function toContext(name: string, file: string, text: string): Context {
  let value: JsonValue;
  try {
    value = JSON.parse(text) as JsonValue;
  } catch (cause) {
    throw invalid(file, 'it is not JSON', cause);
  }
  const fits =
    isJsonObject(value) &&
    typeof value.dir === 'string' &&
    (isFrontendAddress(value.dir) || resolve(value.dir) === value.dir) &&
    ['string', 'undefined'].includes(typeof value.tokenFile) &&
    ['boolean', 'undefined'].includes(typeof value.protected) &&
    (value.color === undefined || contextColors.includes(value.color as ContextColor));
  if (!fits) throw invalid(file, '{"dir": "/WHOLE/PATH", "color": "red", "protected": true} is wanted');
  const { dir, color, tokenFile, protected: isProtected = false } = value as unknown as Omit<Context, 'name'>;
  return { name, dir, protected: isProtected, ...given({ color, tokenFile }) };
}

function invalid(file: string, why: string, cause?: unknown): TxlogError {
  return new TxlogError('CONTEXT_INVALID', `${file}: ${why}`, {
    cause,
    hint: 'This file can name the environment and protect it, so nothing is done until it is repaired.',
    next: [`cat ${shellWord(file)}`, `ls -l ${shellWord(file)}`],
  });
}
