import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { isJsonObject } from '../core/base/json.ts';
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
 * Errors: ENV_FOREIGN when the config is no JSON object.
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
  writeFileSync(configFile(dir), `${JSON.stringify(config, null, 2)}\n`);
}

function readConfig(dir: string): EnvironmentConfig {
  const file = configFile(dir);
  if (!existsSync(file)) return {};
  try {
    const config: unknown = JSON.parse(readFileSync(file, 'utf8'));
    if (isJsonObject(config) && ['string', 'undefined'].includes(typeof config.app)) return config as EnvironmentConfig;
  } catch (cause) {
    throw new TxlogError('ENV_FOREIGN', `${file} is not JSON: ${(cause as Error).message}`, { cause });
  }
  throw new TxlogError('ENV_FOREIGN', `${file} is not a config: {"app": "PATH"} is wanted`);
}

function configFile(dir: string): string {
  return join(dir, 'config.json');
}
