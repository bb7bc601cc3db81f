import { Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatSagaMermaid } from '../../src/cli/print/saga-mermaid.ts';
import { formatSagaPage } from '../../src/cli/print/saga-page.ts';
import { sagaArgs } from '../../src/cli/saga/saga-flags.ts';
import { toSagaJson } from '../../src/shapes/saga.ts';

export default class SagaShow extends BaseCommand {
  static override summary = 'Show a saga: its steps, their states, and its whole history.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows each step with its state, attempts, start, duration, and result or error. The compensation of a ' +
      'step stands below it. Steps of one group stand in a bracket. An event that a person caused shows the ' +
      'actor and the reason.',
    [0, 3, 4, 66],
  );
  static override examples = [
    '<%= config.bin %> saga show order-1',
    '<%= config.bin %> saga show order-1 --json',
    '<%= config.bin %> saga show order-1 --format mermaid > order-1.mmd',
  ];
  static override args = sagaArgs;
  static override flags = {
    format: Flags.option({
      summary: 'Draw the history as a Mermaid sequence diagram.',
      options: ['mermaid'] as const,
      exclusive: ['json'],
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaShow);
    await this.withEnv({}, async (env) => {
      const saga = await this.slowly('reading', async () => env.sagas.get(await env.completeId(args.id, 'session')));
      const text = flags.format ? formatSagaMermaid(saga) : formatSagaPage(saga, env.clock.now(), this.colors);
      await this.print(toSagaJson(saga), text);
    });
  }
}
