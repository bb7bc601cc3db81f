import { Flags } from '@oclif/core';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { hasScreen, isAsciiTerminal, ownName } from '../src/cli/tui/terminal.ts';
import { ScreenCommand } from '../src/cli/tui/tui-command.ts';
import { remap } from '../src/tui/app/keymap.ts';

export default class Tui extends ScreenCommand {
  static override summary = 'Open the screen: live queues, stuck sessions, the log, and the way to put things right.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows at once what needs you, why, and which key mends it. What is done from it is shown first, asks for a reason, ' +
      'and is recorded with it. Where the output is no terminal it prints the overview once. In a ' +
      'protected context it does nothing but show, unless --yes is given. ? says what keys do.',
    [0, 66, 77, 78, 129, 130, 143],
  );
  static override examples = [
    '<%= config.bin %> tui',
    '<%= config.bin %> tui --read-only',
    '<%= config.bin %> tui --keys',
  ];
  static override flags = {
    ...appFlag,
    actor: Flags.string({
      summary: 'Who does it, for the record; by default you, as this machine knows you.',
      helpValue: 'NAME',
    }),
    ascii: Flags.boolean({ summary: 'Draw with ASCII alone; so by itself where the locale is no UTF-8.' }),
    keymap: Flags.string({
      summary: 'Other keys: a JSON file of commands and their keys.',
      helpValue: 'FILE',
      env: 'TXLOG_KEYMAP',
    }),
    keys: Flags.boolean({ summary: 'Print what keys do, and end.' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Tui);
    const commands = remap(this.readKeymap(flags.keymap));
    if (flags.keys) return this.printKeys(commands);
    if (!this.isTable || !hasScreen()) return this.printOnce();
    await this.withEnv({}, async () => undefined);
    this.noteApp();
    const { startTui } = await import('../src/tui/start-tui.ts');
    const code = await startTui({
      dir: flags.env,
      ...(flags.app && { app: flags.app }),
      readOnly: this.whyReadOnly,
      actor: flags.actor ?? ownName(),
      commands,
      hasColor: this.colors.good('x') !== 'x',
      isAscii: flags.ascii || isAsciiTerminal(),
    });
    process.exitCode = code;
  }
}
