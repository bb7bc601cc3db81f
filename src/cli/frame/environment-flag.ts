import { Flags } from '@oclif/core';
import { defaultName } from '../../environment/locate-environment.ts';
import { isReadOnlyShell } from './command-effect.ts';

/**
 * The flag of the environment that a command works on. Its value is replaced by what `chooseEnvironment` finds, which
 * knows the order of all that can name one.
 */
export const environmentFlag = Flags.string({
  env: 'TXLOG_ENV',
  helpValue: 'DIR|URL',
  helpGroup: 'GLOBAL',
  summary:
    'Use the environment in this directory, or directly below it. The default is .txlog here, or in the ' +
    'closest directory above. The address of a frontend is an environment too: http://HOST:PORT, https://HOST, unix:PATH.',
  default: async () => defaultName,
  // The directory that is found here and now is no property of the command.
  noCacheDefault: true,
});

/** The flag of commands that work on frontends. */
export const tokenFlag = {
  'token-file': Flags.string({
    summary: 'Read the token that the frontend wants from this file (also TXLOG_TOKEN, which is the token itself).',
    env: 'TXLOG_TOKEN_FILE',
    helpValue: 'FILE',
    helpGroup: 'FRONTEND',
  }),
};

/** The flag that names an environment by its context. */
export const contextFlag = Flags.string({
  env: 'TXLOG_CONTEXT',
  helpValue: 'NAME',
  helpGroup: 'GLOBAL',
  summary: 'Use the environment of this context (txlog context list).',
});

/** The flag that forbids all changes of environments. */
export const readOnlyFlag = Flags.boolean({
  summary: 'Refuse every change of an environment (also TXLOG_READ_ONLY).',
  helpGroup: 'GLOBAL',
  default: async () => isReadOnlyShell(),
  noCacheDefault: true,
});

/** The flag of commands that run the code of an app, or need what it defines. */
export const appFlag = {
  app: Flags.string({
    summary: 'Use this app module in place of the one that the environment names.',
    env: 'TXLOG_APP',
    helpValue: 'MODULE',
  }),
};

/** The same of commands for which an app only says what is stuck. */
export const stuckAppFlag = {
  app: Flags.string({
    summary: 'With --stuck: use this app module in place of the one that the environment names.',
    env: 'TXLOG_APP',
    helpValue: 'MODULE',
  }),
};

/** The flag of commands that change something: what they ask for is agreed. */
export const yesFlag = Flags.boolean({
  char: 'y',
  summary: 'Do not ask for confirmation, not even in a protected context.',
  helpGroup: 'GLOBAL',
});
