import { Args, Flags } from '@oclif/core';
import { given } from '../../core/base/given.ts';
import { toTime } from '../../index.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { formatPaused } from '../print/queue-page.ts';
import { operationOrThrow } from '../session/operation-result.ts';

/** Flags of `queue pause`, `resume` and `drain`. */
export const pauseFlags = {
  reason: Flags.string({ summary: 'Record this reason.', helpValue: 'TEXT' }),
  actor: Flags.string({ summary: 'Record this name as the one who did it.', helpValue: 'NAME' }),
  ...dryRunFlag,
};

/** The values of the flags above. */
export interface PauseValues {
  readonly reason?: string | undefined;
  readonly actor?: string | undefined;
}

/** The queue that a command is about. */
export const queueArgs = {
  theme: Args.string({ description: 'The theme of the queue.', required: true, ignoreStdin: true }),
};

/** The flags as the engine takes them. */
export function toOrigin({ reason, actor }: PauseValues): { readonly reason?: string; readonly actor?: string } {
  return given({ reason, actor });
}

/** `queue pause` and `queue resume`. */
export abstract class PauseCommand extends BaseCommand {
  /** Pauses or resumes. Errors: THEME_NOT_FOUND. */
  protected async change(theme: string, paused: boolean, values: PauseValues): Promise<void> {
    await this.changeEnv({ writesLittle: true }, async (env) => {
      // Pausing would register a theme that is only misspelt.
      await env.sessions.theme(theme);
      const done = operationOrThrow(await env.sessions.changeTheme(theme, { paused, ...toOrigin(values) }), '');
      const { counts } = await env.sessions.theme(theme);
      const { position, time, durability } = done;
      const json = { v: 1, theme, paused, changed: !done.duplicate, active: counts.active };
      await this.print(
        { ...json, position: String(position), time: toTime(time), durability },
        `${formatPaused(theme, paused, counts.active)}${done.duplicate ? ' (as it was)' : ''}`,
      );
    });
  }
}
