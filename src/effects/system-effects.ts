import type { Effects } from '../ports/effects.ts';
import { callFunction } from './call-function.ts';
import { callHttp } from './call-http.ts';
import { runCommand } from './run-command.ts';

/** The effects of this machine: its network, its programs, and functions in this process. */
export function systemEffects(): Effects {
  return { http: callHttp, command: runCommand, run: callFunction };
}
