import { existsSync, realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import { TxlogError } from '../core/base/errors.ts';
import { isFrontendAddress, sameAddress } from '../core/base/frontend-address.ts';
import { given } from '../core/base/given.ts';
import type { Context, Contexts } from './contexts.ts';
import { defaultName, environmentHere, environmentIn } from './locate-environment.ts';

/** The name that led to the environment of a command. */
type EnvironmentOrigin =
  | '--env'
  | '--context'
  | 'TXLOG_ENV'
  | 'TXLOG_CONTEXT'
  | 'directory'
  | 'current context'
  | 'default';

/** The environment that a command works on, and why it is this one. */
export interface ChosenEnvironment {
  /** Its directory, or the address of a frontend. */
  readonly dir: string;
  readonly origin: EnvironmentOrigin;
  /** The context that named it. */
  readonly context?: Context;
}

/** The flags of a command line that name an environment. */
export interface NamedEnvironment {
  readonly env?: string | undefined;
  readonly context?: string | undefined;
}

/**
 * The environment of a command line. The first of these that names one decides:
 *
 * 1. the flag `--env`, or the flag `--context`; both at once are refused;
 * 2. the variable `TXLOG_ENV`, then `TXLOG_CONTEXT`; an empty one counts as not set;
 * 3. the working directory, or the closest one above it that holds an environment;
 * 4. the current context, which `txlog context use` chose;
 * 5. `.txlog` in the working directory, where there is nothing yet.
 *
 * What was said for one command wins over what was said for a shell, and that over what was said once for all. Whoever
 * stands in a directory with an environment works on that one, as with git.
 *
 * Errors: USAGE; CONTEXT_NOT_FOUND, CONTEXT_INVALID; as `environmentHere`.
 */
export function chooseEnvironment(
  { env, context }: NamedEnvironment,
  contexts: Contexts,
  variables: NodeJS.ProcessEnv = process.env,
): ChosenEnvironment {
  refuseBoth(env, context);
  if (env !== undefined) return { dir: placeOf(env), origin: '--env' };
  if (context !== undefined) return ofContext(contexts, context, '--context');
  if (variables.TXLOG_ENV) return { dir: placeOf(variables.TXLOG_ENV), origin: 'TXLOG_ENV' };
  if (variables.TXLOG_CONTEXT) return ofContext(contexts, variables.TXLOG_CONTEXT, 'TXLOG_CONTEXT');
  const here = environmentHere(workingDir());
  if (here !== undefined) return { dir: here, origin: 'directory' };
  const current = contexts.currentName();
  return current === undefined
    ? { dir: defaultName, origin: 'default' }
    : ofContext(contexts, current, 'current context');
}

/** As `chooseEnvironment`, for one that is to be made: the working directory has none yet, and no context is meant unnamed. */
export function chooseNewEnvironment(
  { env, context }: NamedEnvironment,
  contexts: Contexts,
  variables: NodeJS.ProcessEnv = process.env,
): ChosenEnvironment {
  refuseBoth(env, context);
  if (env !== undefined) return { dir: env, origin: '--env' };
  if (context !== undefined) return ofContext(contexts, context, '--context');
  if (variables.TXLOG_ENV) return { dir: variables.TXLOG_ENV, origin: 'TXLOG_ENV' };
  if (variables.TXLOG_CONTEXT) return ofContext(contexts, variables.TXLOG_CONTEXT, 'TXLOG_CONTEXT');
  return { dir: defaultName, origin: 'default' };
}

/**
 * The context of an environment: the one that named it, else one whose directory it is, a protected one first. However an
 * environment is named, its protection holds.
 */
export function contextOf({ dir, context }: ChosenEnvironment, contexts: Contexts): Context | undefined {
  if (context?.protected) return context;
  const place = realPlace(dir);
  const all = contexts.list().filter((each) => realPlace(placeOf(each.dir)) === place);
  return all.find((each) => each.protected) ?? context ?? all[0];
}

/**
 * What people are told before a command works on an environment that they may not expect; undefined when the working
 * directory or the command line names it.
 */
export function unexpectedContext(
  { dir, origin, context }: ChosenEnvironment,
  contexts: Contexts,
): { readonly context: Context; readonly isUsed: boolean } | undefined {
  if (origin === 'TXLOG_CONTEXT' || origin === 'current context') return context && { context, isUsed: true };
  if (origin !== 'directory') return undefined;
  const current = contexts.currentName();
  const passedOver = current === undefined ? undefined : contexts.find(current);
  if (passedOver === undefined || realPlace(placeOf(passedOver.dir)) === realPlace(dir)) return undefined;
  return { context: passedOver, isUsed: false };
}

function ofContext(contexts: Contexts, name: string, origin: EnvironmentOrigin): ChosenEnvironment {
  try {
    const context = contexts.get(name);
    return { dir: placeOf(context.dir), origin, context };
  } catch (error) {
    if (!(error instanceof TxlogError) || origin === '--context') throw error;
    const says = origin === 'TXLOG_CONTEXT' ? 'TXLOG_CONTEXT names it.' : 'It is the current context.';
    const hint = [says, error.details.hint].filter(Boolean).join(' ');
    throw new TxlogError(error.code, error.message, { ...error.details, ...given({ hint }) });
  }
}

/** An empty value is a variable that the shell did not find: the environment of the directory is hardly meant. */
function refuseBoth(env: string | undefined, context: string | undefined): void {
  if (env !== undefined && context !== undefined)
    throw new TxlogError('USAGE', '--env and --context exclude each other: each names an environment', {
      next: ['txlog config list'],
    });
  const empty = env === '' ? '--env' : context === '' ? '--context' : undefined;
  if (empty !== undefined)
    throw new TxlogError('USAGE', `${empty} is empty: it names no environment`, { next: ['txlog context list'] });
}

/** The environment that a name stands for: that of a directory, or a frontend by its address. */
function placeOf(name: string): string {
  return isFrontendAddress(name) ? name : environmentIn(name);
}

function realPlace(dir: string): string {
  if (isFrontendAddress(dir)) return sameAddress(dir);
  return existsSync(dir) ? realpathSync(dir) : resolve(dir);
}

/** The working directory; `.` where it is gone, so that whoever needs it says so. */
function workingDir(): string {
  try {
    return process.cwd();
  } catch {
    return '.';
  }
}
