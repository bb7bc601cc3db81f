import { Flags } from '@oclif/core';
import { given } from '../../core/base/given.ts';
import type { Environment } from '../../environment/environment.ts';
import { type ChangedKey, loadApp } from '../../index.ts';
import { copiedAppJson } from '../../shapes/copied-app.ts';
import { plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { confirm } from '../frame/confirm.ts';
import { dryRunFlag } from '../frame/global-flags.ts';
import { resolvePoint } from '../frame/point-in-log.ts';
import { showWork } from '../frame/progress-line.ts';
import { copiedAppText } from '../print/copied-app-text.ts';
import { whatIfFormat } from '../print/what-if-lines.ts';

/** Keys that are listed with their values; all are counted. */
const keysListed = 1_000;

/** Flags of `replay`. */
export const replayFlags = {
  to: Flags.string({
    summary: 'Stop at this position or time. A time without a zone is local.',
    helpValue: 'POSITION|TIME',
    dependsOn: ['into'],
    exclusive: ['dry-run'],
  }),
  into: Flags.string({
    summary: 'Write a new environment in DIR, and leave this one as it is.',
    helpValue: 'DIR',
    dependsOn: ['to'],
  }),
  with: Flags.string({
    summary: 'Decide every logged request again with the handlers of MODULE. Nothing is written.',
    helpValue: 'MODULE',
    dependsOn: ['diff'],
    exclusive: ['to', 'dry-run'],
  }),
  journal: Flags.boolean({
    summary: 'Rebuild with a journal (or with --no-journal without one), whatever the environment has now.',
    allowNo: true,
    exclusive: ['to', 'with'],
  }),
  diff: Flags.boolean({ summary: 'List the decisions and values that would be different.', dependsOn: ['with'] }),
  ...dryRunFlag,
};

/** The command `replay` in each of its ways. None of them calls anything outside: no effects, ever. */
export abstract class ReplayCommand extends BaseCommand {
  /** Makes all indexes anew, and swaps them in, once people agree. */
  protected async rebuild(env: Environment, journal?: boolean): Promise<void> {
    if (this.isDryRun) return this.tellRebuild(env);
    const { position } = await env.head();
    if (!(await confirm(`Rebuild all indexes from ${plural(position, 'record')}?`, this.isSure))) {
      return this.talk('nothing was done');
    }
    const progress = this.showWork('replaying');
    const { generation, records } = await env
      .rebuild({ ...progress, ...given({ journal }) })
      .finally(() => progress.stop());
    await this.print(
      { v: 1, generation, records },
      `${plural(records, 'record')} replayed; all indexes are new, in generation ${generation}`,
    );
  }

  private async tellRebuild(env: Environment): Promise<void> {
    const { head, generation } = await env.status();
    await this.print(
      { v: 1, dryRun: true, generation: generation + 1, records: head.position },
      `would replay ${plural(head.position, 'record')} into new indexes, in generation ${generation + 1}`,
    );
  }

  /** Makes an environment as it was at a point. */
  protected async travel(env: Environment, point: string, dir: string): Promise<void> {
    const position = await resolvePoint(env, point);
    const { onProgress, stop } = this.showWork('replaying');
    const { records, app } = await env.replayTo({ position, dir, onProgress }).finally(stop);
    const next = `txlog status --env ${shellQuote(dir)}`;
    await this.print(
      { v: 1, dir, position: String(position), records, ...copiedAppJson(app) },
      `${printable(dir)} holds the log up to position ${position}\nnext: ${next}`,
    );
    if (app) this.talk(copiedAppText(dir, app));
  }

  /** Lists what other handlers would decide otherwise. Exit code 1 when any decision flips. */
  protected async diff(env: Environment, module: string): Promise<void> {
    const app = await loadApp(module);
    const { onProgress, stop } = this.showWork('deciding again');
    const keys: ChangedKey[] = [];
    const list = this.list(whatIfFormat(this.colors));
    try {
      const report = await env
        .whatIf(app, {
          onProgress,
          onFlip: (flip) => list.add({ flip }),
          onKey: (key) => {
            if (keys.length < keysListed) keys.push(key);
          },
        })
        .finally(stop);
      for (const key of keys) await list.add({ key });
      await list.add({ report });
      if (report.flips > 0) this.exitWith(1);
    } finally {
      await list.end();
    }
  }

  private showWork(what: string) {
    return showWork(what, this.shown);
  }
}
