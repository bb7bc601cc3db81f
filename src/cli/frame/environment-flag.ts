import { Flags } from '@oclif/core';
import { defaultName, environmentHere, environmentIn } from '../../environment/locate-environment.ts';

const words = { env: 'TXLOG_ENV', helpValue: 'DIR', helpGroup: 'GLOBAL' };

/** The flag of the environment that a command works on. */
export const environmentFlag = Flags.string({
  ...words,
  summary: 'Directory of the environment, or one that holds it; by default .txlog here, or in the closest one above.',
  parse: async (dir) => environmentIn(dir),
  default: async () => environmentHere(workingDir()),
  // The directory that is found here and now is no property of the command.
  noCacheDefault: true,
});

/** The flag of an environment that is to be made. */
export const newEnvironmentFlag = Flags.string({
  ...words,
  summary: 'Directory of the environment.',
  default: defaultName,
});

/** The working directory; `.` where it is gone, so that whoever needs it says so. */
function workingDir(): string {
  try {
    return process.cwd();
  } catch {
    return '.';
  }
}
