import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, realpathSync, renameSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { isJsonObject } from '../core/base/json.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { systemCode } from '../core/base/system-error.ts';
import { findDistrust } from '../machine/file-rights.ts';
import { writeFresh } from '../storage/lmdb/directory.ts';
import { configName, generationDir } from '../storage/lmdb/generation.ts';
import { placeFailure } from '../storage/lmdb/place-failure.ts';
import { inMemory } from './open-generation.ts';

/** The settings that the command line keeps of an environment, in `config.json` of its directory. */
export interface EnvironmentConfig {
  /** The app module, relative to the directory that the config is for. */
  readonly app?: string;
  /** It came with a copy: nobody named the app for this environment. */
  readonly copied?: boolean;
}

/** The app that a copy of an environment remembers; a path relative to where it is now, and whether a file is there. */
export interface CopiedApp {
  readonly app: string;
  readonly found: boolean;
}

const appNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `txlog.app.${extension}`);

/**
 * The app module to use: the one that is named, else that of the environment's config, else `txlog.app.*` beside the
 * environment's directory, else none. Its code will run as this user: where nobody named it, only this user or root may
 * have written what leads to it.
 *
 * Errors: ENV_FOREIGN when the config is no JSON object; APP_NOT_FOUND when what it names is not there; APP_UNTRUSTED;
 * UTF8_INVALID; as `placeFailure`.
 */
export function findApp(dir: string, named?: string): string | undefined {
  if (named !== undefined && named !== '') return named;
  const app = recordedApp(dir);
  if (app === undefined) return undefined;
  refuseUntrusted(dir, app);
  if (existsSync(app)) return app;
  throw new TxlogError('APP_NOT_FOUND', `${configFile(dir)} names the app module ${app}, which does not exist`, {
    hint: 'Without the app, requests would be decided without its rules. Give the app with --app, or correct the path in that file.',
    next: [`txlog doctor --env ${shellWord(dir)}`],
  });
}

/** As `findApp`, whether there is such a file or not. */
export function recordedApp(dir: string): string | undefined {
  return rememberedApp(dir) ?? appBeside(dir);
}

/** The app that the environment's config names, whether there is such a file or not. */
export function rememberedApp(dir: string): string | undefined {
  const { app } = dir === inMemory ? {} : readConfig(dir);
  return app === undefined ? undefined : fromPlace(dir, app);
}

/** The app module beside the environment's directory. */
export function appBeside(dir: string): string | undefined {
  if (dir === inMemory) return undefined;
  const beside = dirname(resolve(dir));
  const found = appNames.find((name) => existsSync(join(beside, name)));
  return found && join(beside, found);
}

/** Another user must not have written the config that names the app; nor the app, when it was only found, or copied. */
function refuseUntrusted(dir: string, app: string): void {
  const config = readConfig(dir);
  const leading = config.app === undefined ? [app] : config.copied ? [configFile(dir), app] : [configFile(dir)];
  for (const file of leading) {
    const why = existsSync(file) ? findDistrust(file) : undefined;
    if (why === undefined) continue;
    throw new TxlogError('APP_UNTRUSTED', `the app ${app} is not loaded because of ${file}: ${why}`, {
      hint: 'Its code would run with your rights. Give the app with --app if you trust it.',
      next: [`ls -l ${shellWord(file)}`, `TXLOG_APP=${shellWord(app)} txlog …`],
    });
  }
}

/** Finds what the config of a copy at `place`, a directory, says of the app of the environment in `dir`. */
export function configAt(place: string, dir: string): EnvironmentConfig {
  const app = recordedApp(dir);
  return given({ app: ifGiven(app, (app) => toPlace(place, app)) });
}

/**
 * Lets the environment that `build` will be in `dir` remember the app of another, as a config at `place` names it. It
 * lies in the build, so that the environment is never without.
 */
export function copyApp(
  place: string,
  { app }: EnvironmentConfig,
  { dir, build }: { readonly dir: string; readonly build: string },
): CopiedApp | undefined {
  if (app === undefined) return undefined;
  const path = fromPlace(place, app);
  const config: EnvironmentConfig = { app: toPlace(dir, path), copied: true };
  writeConfig(build, config);
  return { app: toPlace(dir, path), found: existsSync(path) };
}

/** Paths are those of real directories: from a link, `..` leads elsewhere than its name says. */
function fromPlace(place: string, app: string): string {
  const path = resolve(existsSync(place) ? realpathSync(place) : place, app);
  return existsSync(path) ? path : resolve(place, app);
}

function toPlace(place: string, app: string): string {
  const path = resolve(app);
  const parent = existsSync(dirname(path)) ? realpathSync(dirname(path)) : dirname(path);
  return relative(realpathSync(place), join(parent, basename(path)));
}

/** Remembers the app module of an environment. */
export function saveApp(dir: string, app: string): void {
  const { copied: _, ...config } = readConfig(dir);
  writeConfig(dir, { ...config, app: toPlace(dir, app) });
}

function writeConfig(dir: string, config: EnvironmentConfig): void {
  const file = configFile(dir);
  try {
    renameSync(writeFresh(dir, `${JSON.stringify(config, null, 2)}\n`), file);
  } catch (cause) {
    throw placeFailure('write', file, cause);
  }
}

function readConfig(dir: string): EnvironmentConfig {
  const file = configFile(dir);
  // The first who opens a new environment puts it in its place.
  const text = readConfigText(file) ?? readConfigText(configFile(generationDir(dir, 1)));
  if (text === undefined) return {};
  try {
    const config: unknown = JSON.parse(text);
    if (isJsonObject(config) && ['string', 'undefined'].includes(typeof config.app)) return config as EnvironmentConfig;
  } catch (cause) {
    throw new TxlogError('ENV_FOREIGN', `${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new TxlogError('ENV_FOREIGN', `${file} is not a config: it must look like {"app": "PATH"}`);
}

function readConfigText(file: string): string | undefined {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause))) return undefined;
    throw placeFailure('read', file, cause);
  }
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new TxlogError('UTF8_INVALID', `${file} is not valid UTF-8`);
}

function configFile(dir: string): string {
  return join(dir, configName);
}
