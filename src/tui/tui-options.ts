import type { Command } from './app/keymap.ts';

/** How the screen is started. */
export interface TuiOptions {
  readonly dir: string;
  /** Path of the app's module; undefined where the environment's own is meant. */
  readonly app?: string;
  /** Why it does nothing but show, in words; undefined where it may do more. */
  readonly readOnly: string | undefined;
  /** In whose name things are done. */
  readonly actor: string;
  readonly commands: readonly Command[];
  readonly hasColor: boolean;
  readonly isAscii: boolean;
}
