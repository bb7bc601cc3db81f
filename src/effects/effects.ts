import type { Effects } from '../ports/effects.ts';
import { runCommand } from './command.ts';
import { callFunction } from './function.ts';
import { callHttp } from './http.ts';

/** The effects of this machine: its network, its programs, and functions in this process. */
export function systemEffects(): Effects {
  return { http: callHttp, command: runCommand, run: callFunction };
}
