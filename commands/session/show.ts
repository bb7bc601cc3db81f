import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { resolvePoint } from '../../src/cli/frame/point-in-log.ts';
import { wholeNumber } from '../../src/cli/frame/whole-number.ts';
import { asOfFlag } from '../../src/cli/get/get-command.ts';
import { formatSessionMermaid } from '../../src/cli/print/session-mermaid.ts';
import { formatSessionPage } from '../../src/cli/print/session-page.ts';
import { sessionArgs } from '../../src/cli/session/session-flags.ts';
import { readSessionPage } from '../../src/pages/session.ts';
import { toSessionPageJson } from '../../src/shapes/session.ts';

export default class SessionShow extends BaseCommand {
  static override summary = 'Show a session: its status, its data, its operator and its history.';
  static override effect = 'reads' as const;
  static override description = withExitCodes('A removed session can be shown too: its history stays.', [0, 3, 4, 66]);
  static override examples = [
    '<%= config.bin %> session show mail/7',
    '<%= config.bin %> session show mail/7 --as-of 2026-01-31T12:00:00Z --json',
    '<%= config.bin %> session show mail/7 --format mermaid > mail-7.mmd',
  ];
  static override args = sessionArgs;
  static override flags = {
    ...asOfFlag,
    from: wholeNumber({
      summary: 'Show the history from this position on, in place of its newest entries.',
      min: 1,
      helpValue: 'POS',
    }),
    limit: wholeNumber({
      char: 'n',
      summary: 'Show so many entries of the history.',
      min: 1,
      max: 10_000,
      default: 20,
      helpValue: 'N',
    }),
    format: Flags.option({
      summary: 'Draw the history as a Mermaid sequence diagram.',
      options: ['mermaid'] as const,
      exclusive: ['json'],
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SessionShow);
    const { from, limit } = flags;
    await this.withEnv({}, async (env) => {
      const asOf = flags['as-of'] === undefined ? undefined : await resolvePoint(env, flags['as-of']);
      const page = await readSessionPage(env, await env.completeId(args.id, 'session'), { asOf, from, limit });
      const text = flags.format ? formatSessionMermaid(page) : formatSessionPage(page, env.clock.now(), this.colors);
      await this.print(toSessionPageJson(page), text);
    });
  }
}
