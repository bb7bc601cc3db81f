import { isUtf8 } from 'node:buffer';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject } from '../core/base/json.ts';
import { systemCode } from '../core/base/system-error.ts';
import { placeFailure } from '../storage/lmdb/place-failure.ts';
import { inMemory } from './open-generation.ts';

/** What an environment remembers for the command line, in `config.json` of its directory. */
interface EnvironmentConfig {
  /** The app module, relative to the environment's directory. */
  readonly app?: string;
}

const appNames = ['ts', 'mts', 'js', 'mjs'].map((extension) => `txlog.app.${extension}`);

/**
 * The app module to use: the one that is named, else that of the environment's config, else `txlog.app.*` beside the
 * environment's directory, else none.
 *
 * Errors: ENV_FOREIGN when the config is no JSON object; UTF8_INVALID; as `placeFailure`.
 */
export function findApp(dir: string, named?: string): string | undefined {
  if (named !== undefined && named !== '') return named;
  if (dir === inMemory) return undefined;
  const { app } = readConfig(dir);
  if (app !== undefined) return resolve(dir, app);
  const beside = dirname(resolve(dir));
  const found = appNames.find((name) => existsSync(join(beside, name)));
  return found && join(beside, found);
}

/** Remembers the app module of an environment. */
export function saveApp(dir: string, app: string): void {
  const config: EnvironmentConfig = { ...readConfig(dir), app: relative(dir, resolve(app)) };
  const file = configFile(dir);
  try {
    writeFileSync(file, `${JSON.stringify(config, null, 2)}\n`);
  } catch (cause) {
    throw placeFailure('write', file, cause);
  }
}

function readConfig(dir: string): EnvironmentConfig {
  const file = configFile(dir);
  const text = readConfigText(file);
  if (text === undefined) return {};
  try {
    const config: unknown = JSON.parse(text);
    if (isJsonObject(config) && ['string', 'undefined'].includes(typeof config.app)) return config as EnvironmentConfig;
  } catch (cause) {
    throw new TxlogError('ENV_FOREIGN', `${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new TxlogError('ENV_FOREIGN', `${file} is not a config: {"app": "PATH"} is wanted`);
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
  return join(dir, 'config.json');
}
