import { isFrontendAddress } from '../../core/base/frontend-address.ts';
import { given } from '../../core/base/given.ts';
import type { ChosenEnvironment } from '../../environment/choose-environment.ts';
import { appBeside, rememberedApp } from '../../environment/config.ts';
import type { Context } from '../../environment/contexts.ts';
import type { Setting, SettingOrigin } from '../../shapes/setting.ts';
import { isReadOnlyShell } from '../frame/command-effect.ts';

/** The sources of a command's settings. */
export interface SettingSources {
  readonly chosen: ChosenEnvironment;
  /** The context of the environment, however it was named. */
  readonly context: Context | undefined;
  /** Whether the command line says --read-only, or --no-color. */
  readonly readOnly: boolean;
  readonly noColor: boolean;
}

/**
 * Every setting that something besides the flags of one command can change: its value, and what gave it that.
 *
 * Errors: those of reading `config.json` of the environment.
 */
export function readSettings(sources: SettingSources): readonly Setting[] {
  const { chosen, context } = sources;
  return [
    { name: 'env', value: chosen.dir, origin: originOf(chosen) },
    contextSetting(chosen, context),
    ...(isFrontendAddress(chosen.dir) ? [] : [appSetting(chosen.dir)]),
    readOnlySetting(sources.readOnly),
    colorSetting(sources.noColor),
  ];
}

function originOf({ origin, context }: ChosenEnvironment): SettingOrigin {
  switch (origin) {
    case '--env':
    case '--context':
      return { type: 'flag', name: origin };
    case 'TXLOG_ENV':
    case 'TXLOG_CONTEXT':
      return { type: 'variable', name: origin };
    case 'directory':
      return { type: 'directory' };
    case 'current context':
      return given({ type: 'context', name: context?.name } as const);
    case 'default':
      return { type: 'default' };
  }
}

/** The name of the environment's context; it may have been reached by its directory. */
function contextSetting(chosen: ChosenEnvironment, context: Context | undefined): Setting {
  const value = context && `${context.name}${context.protected ? ' (protected)' : ''}`;
  const isNamed = chosen.context !== undefined;
  const origin: SettingOrigin = context === undefined ? { type: 'default' } : { type: 'context', name: context.name };
  return { name: 'context', value, origin: isNamed ? originOf(chosen) : origin };
}

function appSetting(dir: string): Setting {
  const name = 'app';
  const named = process.env.TXLOG_APP;
  if (named) return { name, value: named, origin: { type: 'variable', name: 'TXLOG_APP' } };
  const remembered = rememberedApp(dir);
  if (remembered !== undefined) return { name, value: remembered, origin: { type: 'config', name: 'config.json' } };
  const beside = appBeside(dir);
  return { name, value: beside, origin: beside === undefined ? { type: 'default' } : { type: 'directory' } };
}

function readOnlySetting(isFlag: boolean): Setting {
  const isShell = isReadOnlyShell();
  const value = String(isFlag || isShell);
  if (isShell) return { name: 'read-only', value, origin: { type: 'variable', name: 'TXLOG_READ_ONLY' } };
  return { name: 'read-only', value, origin: isFlag ? { type: 'flag', name: '--read-only' } : { type: 'default' } };
}

/** Colours of a terminal; a pipe has none anyway. */
function colorSetting(isFlag: boolean): Setting {
  const { NO_COLOR = '', TERM } = process.env;
  const name = 'color';
  if (isFlag) return { name, value: 'false', origin: { type: 'flag', name: '--no-color' } };
  if (NO_COLOR !== '') return { name, value: 'false', origin: { type: 'variable', name: 'NO_COLOR' } };
  if (TERM === 'dumb') return { name, value: 'false', origin: { type: 'variable', name: 'TERM' } };
  return { name, value: 'true', origin: { type: 'default' } };
}
