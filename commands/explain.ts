import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { listFlags } from '../src/cli/output/limit-flag.ts';
import { formatExplanation, formatExplanations } from '../src/cli/print/explanation.ts';
import { findExplanation, readExplanations } from '../src/cli/reference/explanations.ts';
import { toExplanationJson } from '../src/shapes/explanation.ts';

export default class Explain extends BaseCommand {
  static override summary = 'Explain a code of an error, a rejection, or a problem that verify reports.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'It says what the code means, whether a retry can succeed, what to do next, and which exit code it has. ' +
      'Without a code it lists all codes.',
    [0],
  );
  static override examples = ['<%= config.bin %> explain KEY_OWNED', '<%= config.bin %> explain --json'];
  static override args = {
    code: Args.string({ ignoreStdin: true, description: 'The code to explain, such as KEY_OWNED.' }),
  };

  static override flags = listFlags;

  async run(): Promise<void> {
    const { args } = await this.parse(Explain);
    const all = readExplanations(this.config.root);
    const found = args.code === undefined ? all : [findExplanation(all, args.code)];
    await this.printList(found, {
      json: toExplanationJson,
      columns: ['code', 'kind', 'exit', 'meaning', 'next'],
      people: (page) =>
        args.code === undefined
          ? formatExplanations(page, this.colors, this.columns)
          : page.map((each) => formatExplanation(each, this.colors)).join('\n'),
    });
  }
}
