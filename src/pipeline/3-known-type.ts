import { type App, type LoadedApp, requestTypeOf } from '../core/app/app.ts';
import { TxlogError } from '../core/base/errors.ts';
import type { Change } from '../core/fold/change.ts';
import { isEngineType, type LogRecord } from '../core/log/record.ts';
import type { Request } from '../core/log/request.ts';

/**
 * What this process lacks to decide a request: a handler, when the request carries no changes; a reducer that its changes
 * name. Undefined when it lacks nothing. Expectations are conditions, and do nothing.
 */
export function findLacking(app: App, type: string, changes: readonly Change[]): string | undefined {
  const handler = requestTypeOf(app, type);
  for (const { op, reducer = '' } of changes) {
    if (op === 'reduce' && !Object.hasOwn(handler?.reducers ?? {}, reducer)) return `no reducer ${reducer} of ${type}`;
  }
  if (handler || changes.length > 0 || isHeard(app, type)) return undefined;
  return `no handler of ${type}, and the request carries no changes`;
}

/** Whether a process of the app names the type: then its records are events, whose effect is what the process decides. */
function isHeard({ processes = {} }: App, type: string): boolean {
  return Object.values(processes).some(({ on }) => on?.types?.includes(type));
}

/**
 * Why this process may not decide a request: what it lacks may be in the app of another process, and the outcome would
 * stand for ever. `target` is the record that a compensation undoes: its own handler may say how.
 */
export function findUnknownType(app: LoadedApp, request: Request, target?: LogRecord): TxlogError | undefined {
  if (request.logged || request.refusal) return undefined;
  if (request.compensates !== undefined) return target && findUnknownTarget(app, target);
  if (isEngineType(request.type)) return undefined;
  const lacking = findLacking(app, request.type, request.changes);
  return lacking === undefined ? undefined : unknown(app, lacking);
}

function findUnknownTarget(app: LoadedApp, { type, decided, position, outcome }: LogRecord): TxlogError | undefined {
  const isHandled = decided && outcome === 'committed' && !isEngineType(type);
  if (!isHandled || requestTypeOf(app, type)) return undefined;
  return unknown(app, `no handler of ${type}, which decided position ${position} and may say how to undo it`);
}

function unknown({ source }: LoadedApp, lacking: string): TxlogError {
  return new TxlogError('TYPE_UNKNOWN', `${source === '' ? 'there is' : 'the app has'} ${lacking}`, {
    hint:
      source === ''
        ? 'Nothing was done. No app is loaded: name its module with --app, or send the changes.'
        : `Nothing was done. The app is ${source}.`,
    next: ['txlog submit --help'],
  });
}
