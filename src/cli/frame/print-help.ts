import { type Command, CommandHelp, type Config, Help } from '@oclif/core';
import { Output } from '../output/output.ts';
import { printPaged } from '../output/pager.ts';
import { everywhereText, partsOfDescription } from './exit-codes.ts';
import { type RemoteUse, remoteText } from './remote-use.ts';

/** The help of one command: what it does comes first, and what all commands have in common last. */
class OrderedHelp extends CommandHelp {
  protected override sections(): ReturnType<CommandHelp['sections']> {
    const sections = super.sections();
    const named = (name: string) => sections.filter(({ header }) => header === name);
    const flagsWhere = (fits: (flag: Command.Flag.Any) => boolean) =>
      named('FLAGS').map(({ header, generate }) => ({
        header,
        generate: (parts: Parameters<typeof generate>[0]) =>
          generate({ ...parts, flags: parts.flags.filter(fits) }, header),
      }));
    const { exitCodes } = partsOfDescription(this.command.description ?? '');
    return [
      ...['USAGE', 'DESCRIPTION', 'ARGUMENTS'].flatMap(named),
      ...flagsWhere(({ helpGroup }) => helpGroup !== 'GLOBAL'),
      ...named('EXAMPLES'),
      { header: 'EXIT CODES', generate: () => this.wrap(`${exitCodes}\n\n${everywhereText()}`) },
      ...flagsWhere(({ helpGroup }) => helpGroup === 'GLOBAL'),
    ];
  }

  /** The description alone: the summary stands above already. */
  protected override description(): string {
    const { text } = partsOfDescription(this.command.description ?? '');
    const remote = remoteText((this.command as { readonly remote?: RemoteUse }).remote);
    return this.wrap(remote === undefined ? text : `${text}\n${remote}`);
  }
}

/** Help that is kept as text, so that it can go through a pager. */
class HelpText extends Help {
  text = '';
  protected override CommandHelpClass = OrderedHelp;

  protected override log(...lines: string[]): void {
    this.text += `${lines.join(' ')}\n`;
  }
}

/** Prints the help of a command or a topic, or without `words` that of the program. Errors: as Output. */
export async function printHelp(config: Config, words: readonly string[], args: readonly string[]): Promise<void> {
  const help = new HelpText(config, config.pjson.oclif.helpOptions);
  await help.showHelp([...words]);
  await printPaged(new Output(process.stdout), !args.includes('--no-pager'), async (out) => {
    await out.add(help.text);
    await out.flush();
  });
}
