import { Flags } from '@oclif/core';
import { type TimeStyle, timeStyles } from '../../text/time.ts';
import type { FormatValues } from '../output/format-words.ts';
import { outputFlags } from '../output/output-format.ts';
import { contextFlag, environmentFlag, readOnlyFlag, yesFlag } from './environment-flag.ts';

/** The flag of every command that changes an environment (test/cli/dry-run.unit.test.ts). */
export const dryRunFlag = {
  'dry-run': Flags.boolean({ summary: 'Show what the command would do, and write nothing.' }),
};

/** The flags that every command has. */
export const globalFlags = {
  env: environmentFlag,
  context: contextFlag,
  'read-only': readOnlyFlag,
  yes: yesFlag,
  ...outputFlags,
  verbose: Flags.boolean({ summary: 'Print the stack trace of an error.', helpGroup: 'GLOBAL' }),
  time: Flags.option({
    summary: 'Show times in the local zone, in UTC, or relative to now. JSON always has UTC.',
    options: timeStyles,
    default: 'local',
    env: 'TXLOG_TIME',
    helpGroup: 'GLOBAL',
  })(),
  progress: Flags.option({
    summary: 'How to report progress on stderr: json is one object per line, none is errors only.',
    options: ['auto', 'json', 'none'] as const,
    default: 'auto',
    helpGroup: 'GLOBAL',
  })(),
  'no-pager': Flags.boolean({
    summary: 'Do not open a pager for long output. The pager is TXLOG_PAGER, else PAGER, else less.',
    helpGroup: 'GLOBAL',
  }),
  'no-color': Flags.boolean({ summary: 'Do not use colours (also NO_COLOR, TERM=dumb).', helpGroup: 'GLOBAL' }),
};

/** Their values, and those of flags that many commands have. */
export interface GlobalFlags extends FormatValues {
  readonly env: string;
  readonly 'read-only': boolean;
  readonly yes?: boolean;
  readonly verbose: boolean;
  readonly 'no-color': boolean;
  readonly 'dry-run'?: boolean;
  /** Only in commands that work on frontends. */
  readonly 'token-file'?: string | undefined;
  /** Only in commands that have an app. */
  readonly app?: string | undefined;
  readonly 'no-pager': boolean;
  readonly wide: boolean;
  readonly time: TimeStyle;
  readonly progress: 'auto' | 'json' | 'none';
  readonly fields?: string | undefined;
  /** Only in commands that list. */
  readonly limit?: number | undefined;
}
