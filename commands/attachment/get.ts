import { Args, Flags } from '@oclif/core';
import { parseRange } from '../../src/cli/attachment/byte-range.ts';
import { writePieces } from '../../src/cli/attachment/write-pieces.ts';
import { BaseCommand } from '../../src/cli/frame/base-command.ts';
import { withExitCodes } from '../../src/cli/frame/exit-codes.ts';

export default class AttachmentGet extends BaseCommand {
  static override summary = 'Write an attachment, or a part of it, to stdout or a file.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'A whole attachment is checked while it is read: if it is damaged, the exit code is 65, and no file is ' +
      'left. A range is not checked.',
    [0, 3, 65, 66, 74, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> attachment get "$(<%= config.bin %> attachment list -q | head -n 1)" -O copy.pdf',
    '<%= config.bin %> attachment get "$(<%= config.bin %> attachment list -q | head -n 1)" --range 0-3',
  ];
  static override args = { digest: Args.string({ description: 'Its SHA-256.', required: true }) };
  static override flags = {
    range: Flags.string({
      summary: 'Only these bytes, counted from 0, both included; FROM- is all from there on.',
      helpValue: 'FROM-TO',
    }),
    out: Flags.string({ char: 'O', summary: 'Write to this file; - is stdout.', helpValue: 'FILE' }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(AttachmentGet);
    const range = parseRange(flags.range);
    await this.withEnv({}, async (env) => {
      await writePieces(env.attachments.get(args.digest, { ...range, reuse: true }), flags.out);
    });
  }
}
