import { existsSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { JitiOptions } from 'jiti';
import type { App, LoadedApp, RequestType } from '../core/app/app.ts';
import type { Mask } from '../core/app/mask.ts';
import { codeNotLoaded, TxlogError } from '../core/base/errors.ts';
import { isJsonObject, type JsonValue } from '../core/base/json.ts';
import { shellWord } from '../core/base/shell-word.ts';
import { isShortage } from '../core/base/shortage.ts';
import { systemCode, systemReason } from '../core/base/system-error.ts';
import { noteLoadedCode } from '../machine/loaded-code.ts';
import { libraryLoader } from '../machine/own-library.ts';
import { privateCache } from '../machine/private-cache.ts';
import { findSagaProblem } from './check-sagas.ts';
import { findThemeProblem } from './check-themes.ts';
import { findViewProblem } from './check-views.ts';
import { loadPackage } from './load-package.ts';
import { compileSchema, type PayloadCheck } from './payload-schema.ts';
import { compileParameters, type ParameterReader } from './view-parameters.ts';

/**
 * Loads the user's module: JavaScript natively, TypeScript through jiti. Its default export is an app.
 *
 * Errors: APP_NOT_FOUND; APP_INVALID when it throws, exports no app, or has a schema that cannot be used.
 */
export async function loadApp(file: string): Promise<LoadedApp> {
  return compileApp(await importDefault(findModule(file)), resolve(file));
}

/**
 * Loads a mapping of foreign lines: a module whose default export is a function, or an app with `map`.
 *
 * Errors: APP_NOT_FOUND, APP_INVALID.
 */
export async function loadMap(file: string): Promise<NonNullable<App['map']>> {
  const found = await importDefault(findModule(file));
  const map = typeof found === 'function' ? (found as NonNullable<App['map']>) : (found as App | undefined)?.map;
  if (typeof map === 'function') return map;
  throw invalid(file, 'its default export is neither a function of a line nor an app with map');
}

/**
 * Loads a mask: a module whose default export is a function of a record, or an object of such functions by type.
 *
 * Errors: APP_NOT_FOUND, APP_INVALID.
 */
export async function loadMask(file: string): Promise<Mask> {
  const found = await importDefault(findModule(file));
  const isTable = isJsonObject(found) && Object.values(found).every((each) => typeof each === 'function');
  if (typeof found === 'function' || isTable) return found as Mask;
  throw invalid(file, 'its default export is neither a function of a record nor an object of functions by type');
}

function findModule(file: string): string {
  const path = resolve(file);
  const next = [`ls -ld ${shellWord(file)}`];
  try {
    if (statSync(path).isFile()) return path;
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(cause)))
      throw new TxlogError('APP_NOT_FOUND', `there is no app module ${file}`, { cause, next: ['ls -l'] });
    throw new TxlogError('APP_NOT_FOUND', `app module ${file}: ${systemReason(cause)}`, { cause, next });
  }
  throw new TxlogError('APP_NOT_FOUND', `app module ${file} is not a file`, { next });
}

/**
 * Checks an app and compiles its schemas.
 *
 * Errors: APP_INVALID, naming the request type or theme.
 */
export async function compileApp(app: unknown, source: string): Promise<LoadedApp> {
  if (typeof app !== 'object' || app === null) throw invalid(source, 'its default export is not an app; use defineApp');
  const { requests = {}, themes, sagas = {}, views = {}, map } = app as App;
  const unknown = Object.keys(app).find((name) => !appFields.has(name));
  if (unknown !== undefined) throw invalid(source, `an app has no field ${JSON.stringify(unknown)}`);
  if (typeof requests !== 'object') throw invalid(source, 'requests is not an object');
  if (map !== undefined && typeof map !== 'function') throw invalid(source, 'map is not a function');
  const problem = findThemeProblem(themes) ?? findSagaProblem(app as App) ?? findViewProblem(views);
  if (problem !== undefined) throw invalid(source, problem);
  const checks = new Map<string, (payload: JsonValue | undefined) => string | undefined>();
  for (const [type, handler] of Object.entries(requests)) {
    checkHandler(source, type, handler);
    const { schema } = handler;
    if (schema) checks.set(type, guarded(source, type, await compile(source, type, () => compileSchema(schema))));
  }
  const starts = new Map<string, PayloadCheck>();
  for (const [type, { schema }] of Object.entries(sagas)) {
    if (schema) starts.set(type, guarded(source, type, await compile(source, type, () => compileSchema(schema))));
  }
  const readers = new Map<string, ParameterReader>();
  for (const [name, { schema }] of Object.entries(views))
    readers.set(name, guarded(source, name, await compile(source, name, () => compileParameters(schema))));
  return {
    ...withOwnNames(app as App),
    source,
    findPayloadProblem: (type, payload) => checks.get(type)?.(payload),
    findSagaProblem: (type, data) => starts.get(type)?.(data),
    readParameters: (view, params) => readers.get(view)?.(params) ?? { params },
  };
}

const tables = ['requests', 'themes', 'sagas', 'processes', 'services', 'views'] as const;

/** Tables are looked up by names that anyone may send: what every object inherits, such as `toString`, is not in them. */
function withOwnNames(app: App): App {
  const own = tables.flatMap((table) =>
    app[table] === undefined ? [] : [[table, Object.assign(Object.create(null), app[table])] as const],
  );
  return { ...app, ...Object.fromEntries(own) };
}
/** Modules of which Node keeps that they could not be loaded, for a shortage that has passed: jiti loads them anew. */
const notLoaded = new Set<string>();

async function importDefault(path: string): Promise<unknown> {
  noteLoadedCode();
  try {
    if (/\.[cm]?ts$/.test(path) || notLoaded.has(path)) {
      const { createJiti } = await loadPackage('jiti', () => import('jiti'));
      // By itself jiti keeps what it compiled where every user may write it, and runs what it finds there.
      const fsCache = privateCache('apps') ?? false;
      return await createJiti(import.meta.url, { ...ownName(), fsCache }).import(path, { default: true });
    }
    return ((await import(pathToFileURL(path).href)) as { default?: unknown }).default;
  } catch (cause) {
    if (isShortage(cause)) {
      notLoaded.add(path);
      throw codeNotLoaded(`app module ${path}`, cause as Error);
    }
    throw new TxlogError('APP_INVALID', `app module ${path} cannot be loaded: ${systemReason(cause)}`, { cause });
  }
}

/**
 * `import … from 'txlog'` works in an app even where only the command line is installed. As one module it costs a fraction
 * of the files that it is made of, which jiti would each compile.
 */
function ownName(): Pick<JitiOptions, 'alias' | 'virtualModules'> {
  const load = libraryLoader();
  // Only an app that imports it asks for it.
  if (load)
    return {
      virtualModules: {
        get txlog() {
          return load();
        },
      },
    };
  const library = [
    new URL('../index.js', import.meta.url),
    new URL('../src/index.js', import.meta.url),
    new URL('../../src/index.js', import.meta.url),
    new URL('../index.ts', import.meta.url),
  ];
  const found = library.find((url) => existsSync(url));
  return found ? { alias: { txlog: found.pathname } } : {};
}

const appFields = new Set(['requests', 'themes', 'sagas', 'processes', 'views', 'name', 'services', 'map']);
const handlerFields = new Set(['schema', 'authorize', 'decide', 'compensate', 'reducers']);

function checkHandler(source: string, type: string, handler: RequestType): void {
  if (!isJsonObject(handler)) throw invalid(source, `requests[${JSON.stringify(type)}] is not an object`);
  const unknown = Object.keys(handler).find((name) => !handlerFields.has(name));
  if (unknown !== undefined) throw invalid(source, `${type} has an unknown field ${JSON.stringify(unknown)}`);
  for (const name of ['authorize', 'decide', 'compensate'] as const) {
    if (handler[name] !== undefined && typeof handler[name] !== 'function')
      throw invalid(source, `${name} of ${type} is not a function`);
  }
}

async function compile<T>(source: string, type: string, make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    throw invalid(source, `schema of ${type}: ${(cause as Error).message}`);
  }
}

/** A schema is the user's code: when it throws, the app is wrong, not the payload and not this program. */
function guarded<I, O>(source: string, type: string, check: (input: I) => O): (input: I) => O {
  return (input) => {
    try {
      return check(input);
    } catch (cause) {
      throw invalid(source, `schema of ${type} threw: ${(cause as Error).message}`);
    }
  };
}

function invalid(source: string, reason: string): TxlogError {
  return new TxlogError('APP_INVALID', `app module ${source}: ${reason}`);
}
