import { Flags } from '@oclif/core';
import { appFlag } from '../src/cli/frame/environment-flag.ts';
import { withExitCodes } from '../src/cli/frame/exit-codes.ts';
import { hasScreen, isAsciiTerminal, ownName } from '../src/cli/tui/terminal.ts';
import { ScreenCommand } from '../src/cli/tui/tui-command.ts';
import { remap } from '../src/tui/app/keymap.ts';

export default class Tui extends ScreenCommand {
  static override summary = 'Open the screen: live queues, stuck sessions, the log, and actions to mend them.';
  static override effect = 'reads' as const;
  static override description = withExitCodes(
    'It shows what needs you, why, and which key mends it. Each action first shows what it will do, asks for ' +
      'a reason, and is recorded with it. When the output is not a terminal, it prints the overview once. In a ' +
      'protected context it is read-only without --yes. Press ? for the keys.',
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
      summary: 'Record this name as the one who acts. The default is your user name.',
      helpValue: 'NAME',
    }),
    ascii: Flags.boolean({ summary: 'Draw with ASCII only. This is the default when the locale is not UTF-8.' }),
    keymap: Flags.string({
      summary: 'Take the keys from this JSON file of commands and their keys.',
      helpValue: 'FILE',
      env: 'TXLOG_KEYMAP',
    }),
    keys: Flags.boolean({ summary: 'Print the keys and what they do.' }),
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
