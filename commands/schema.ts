import { Args } from '@oclif/core';
import { BaseCommand } from '../src/cli/frame/base-command.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { commandsWithSchema, schemaOf } from '../src/cli/reference/schemas.ts';
import { jsonText } from '../src/text/printable.ts';

export default class SchemaCommand extends BaseCommand {
  static override summary = 'Print the JSON Schema of what a command prints with --json or --ndjson.';
  static override effect = 'none' as const;
  static override description = withExitCodes(
    'The schema is JSON Schema 2020-12. `document` describes what --json prints, `line` each line of ' +
      '--ndjson. Later versions can add fields, and never remove one: a reader should ignore fields that it ' +
      'does not know. Without a command it lists the commands that have a schema.',
    [0],
  );
  static override examples = ['<%= config.bin %> schema get', '<%= config.bin %> schema session list'];
  static override strict = false;
  static override args = {
    command: Args.string({ ignoreStdin: true, description: 'The words of the command, such as session list.' }),
  };

  async run(): Promise<void> {
    const { argv } = await this.parse(SchemaCommand);
    const words = argv.map(String);
    if (words.length > 0) {
      const schema = schemaOf(words.join(' '));
      return this.print(schema, jsonText(schema));
    }
    await this.print({ v: 1, items: [...commandsWithSchema()] }, commandsWithSchema().join('\n'));
  }
}
