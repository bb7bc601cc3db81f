import type { TuiOptions } from './tui-options.ts';

/**
 * Shows the screen until it is ended; the exit code. Takes the terminal of this process, and gives it back as it was.
 * Errors: those of opening the environment, before anything is taken.
 */
export async function startTui(options: TuiOptions): Promise<number> {
  // Both are looked at when the packages are loaded, once.
  Object.assign(process.env, { NODE_ENV: 'production', FORCE_COLOR: options.hasColor ? '1' : '0' });
  const { runTui } = await import('./player.ts');
  return runTui(options);
}
