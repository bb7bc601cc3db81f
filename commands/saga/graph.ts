import { Args, Flags } from '@oclif/core';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { appFlag } from '../../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';
import { formatSagaGraph, kindText } from '../../src/cli/print/saga-graph.ts';
import { formatGraphMermaid } from '../../src/cli/print/saga-graph-mermaid.ts';
import { findDefinition } from '../../src/cli/saga/find-definition.ts';
import { toSagaGraphJson } from '../../src/shapes/saga-graph.ts';

export default class SagaGraph extends BaseCommand {
  static override summary = 'Draw a type of saga as the app defines it: its steps and their compensations.';
  static override effect = 'reads' as const;
  static override description = withExitCodes('It needs the app, and no environment.', [0, 3, 78]);
  static override examples = [
    '<%= config.bin %> saga graph order',
    '<%= config.bin %> saga graph order --app ./txlog.app.ts --json',
    '<%= config.bin %> saga graph order --format mermaid > order.mmd',
  ];
  static override args = {
    type: Args.string({ description: 'The type of the saga.', required: true, ignoreStdin: true }),
  };
  static override flags = {
    ...appFlag,
    format: Flags.option({
      summary: 'Draw a Mermaid flowchart.',
      options: ['mermaid'] as const,
      exclusive: ['json'],
    })(),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(SagaGraph);
    const definition = await findDefinition(args.type, this.appOptions().app);
    const text = flags.format
      ? formatGraphMermaid(args.type, definition)
      : formatSagaGraph(args.type, definition, this.colors);
    await this.print(toSagaGraphJson(args.type, definition, kindText), text);
  }
}
