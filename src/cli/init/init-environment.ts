import { TxlogError } from '../../core/base/errors.ts';
import { type OpenOptions, openBriefly } from '../../engine.ts';
import type { CopiedApp } from '../../environment/config.ts';
import { loadApp, restore, saveApp } from '../../index.ts';

/** How to make an environment. */
export interface InitOptions {
  /** A backup to restore. */
  readonly from: string | undefined;
  /** The app module to remember. */
  readonly app: string | undefined;
  /** Be content with an environment that is there. */
  readonly ifMissing: boolean;
  /** Keep its newest records in a journal. */
  readonly journal?: boolean | undefined;
  /** Tell whether it can be made, as far as that can be known. */
  readonly dryRun?: boolean;
}

/** An environment that is there now. */
export interface Initialised {
  readonly created: boolean;
  readonly unit: string;
  /** The end of its log. */
  readonly position: number;
  /** The app that a backup named. */
  readonly app?: CopiedApp;
}

/**
 * Makes an environment, empty or from a backup.
 *
 * Errors: ENV_EXISTS, ENV_FOREIGN, ENV_NEWER, ENV_PERMISSION, INPUT_NOT_FOUND, BACKUP_INVALID.
 */
export async function initEnvironment(
  dir: string,
  { from, app, ifMissing, journal = true, dryRun }: InitOptions,
): Promise<Initialised> {
  const existing = await look(dir);
  if (existing && ifMissing) return existing;
  if (existing) {
    throw new TxlogError('ENV_EXISTS', `there is an environment in ${dir} already`, {
      hint: 'Use --if-missing to accept an existing one.',
      next: [`txlog status --env ${dir}`],
    });
  }
  // Before anything is made: a module that cannot be loaded is not worth remembering.
  if (app !== undefined) await loadApp(app);
  if (dryRun) return { created: true, unit: '', position: 0 };
  const restored = from === undefined ? undefined : await restore(from, dir);
  const made = await describe(dir, { create: true, journal });
  if (app !== undefined) saveApp(dir, app);
  return app === undefined && restored?.app ? { ...made, app: restored.app } : made;
}

async function look(dir: string): Promise<Initialised | undefined> {
  try {
    return await describe(dir, { readOnly: true });
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'ENV_NOT_FOUND') return undefined;
    throw error;
  }
}

async function describe(dir: string, options: OpenOptions): Promise<Initialised> {
  const env = await openBriefly(dir, options);
  try {
    const { position } = await env.head();
    return { created: options.create ?? false, unit: env.unit, position };
  } finally {
    await env.close();
  }
}
