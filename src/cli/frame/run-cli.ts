import { type Command, Config, type Interfaces } from '@oclif/core';
import { requireDescriptors } from '../../machine/descriptors.ts';
import { provideLibrary } from '../../machine/own-library.ts';
import { jsonText } from '../../text/printable.ts';
import { Output, OutputEnded } from '../output/output.ts';
import { checkHelpWords, commandFirst, findWanted } from './find-command.ts';
import { endShownWork } from './open-work.ts';
import { printHelp } from './print-help.ts';
import { refuseLostBytes } from './raw-bytes.ts';
import { exitCodeOf, formatError, reportStyle, reportUncaught } from './report-error.ts';
import { listenForLoss, say } from './stderr.ts';
import { isExit, refuseInheritedFlags, toUsageError, withOwnHelp } from './usage-error.ts';

/** The commands of a bundle: the module of each, by its id, such as `session:list`. */
export type CommandModules = Readonly<Record<string, () => Promise<{ readonly default: Command.Class }>>>;

/** Where the commands are that oclif else finds as files. */
export interface Bundled {
  readonly modules: CommandModules;
  /** This package's library, for app modules that import it. */
  library?(): object;
}

/**
 * Runs one command line and ends the process with its exit code. The one place where errors are printed.
 *
 * oclif's own `execute` is not used: it turns exit codes into 1 under `--json`, prints a dump of its configuration for
 * a mistyped flag, and cuts off output that its reader takes slowly.
 */
export async function runCli(given: readonly string[], load: Interfaces.Options, bundled?: Bundled): Promise<void> {
  if (bundled?.library) provideLibrary(bundled.library);
  const args = commandFirst(given);
  const style = reportStyle(args);
  reportUncaught(style);
  // oclif's listener throws what its writer is told anyway (output.ts); with no listener Node would.
  process.stdout.removeAllListeners('error').on('error', () => {});
  listenForLoss();
  try {
    await dispatch(args, await loadConfig(load, bundled));
  } catch (error) {
    fail(error, args);
  }
  await drain(process.stderr);
  await drain(process.stdout);
  process.exit();
}

/** Runs one command line within a process that goes on, and gives its exit code. Errors are printed, and none is thrown. */
export async function runWithin(config: Config, given: readonly string[]): Promise<number> {
  process.exitCode = 0;
  const args = commandFirst(given);
  try {
    await dispatch(args, config);
  } catch (error) {
    fail(error, args);
  }
  await drain(process.stderr);
  await drain(process.stdout);
  const code = Number(process.exitCode);
  process.exitCode = 0;
  return code;
}

/** Descriptions of the program and of its plugins, read at once. */
const filesRead = 4;

async function loadConfig(load: Interfaces.Options, bundled?: Bundled): Promise<Config> {
  // oclif, where it can open none, says that they are not there, or warns and goes on without them.
  requireDescriptors(load.root, filesRead);
  // The files in a home directory are no part of this program, and may not even be readable.
  const config = await Config.load({ ...load, userPlugins: false, devPlugins: false });
  const plugin = config.plugins.get(config.pjson.name);
  for (const [id, module] of Object.entries(bundled?.modules ?? {})) {
    const command = config.findCommand(id);
    if (command) command.load = async () => Object.assign((await module()).default, { id, plugin });
  }
  return config;
}

async function dispatch(args: readonly string[], config: Config): Promise<void> {
  refuseLostBytes(args);
  const wanted = findWanted(config, args);
  if (wanted.type === 'version') {
    await print(`${versionText(config, args)}\n`);
  } else if (wanted.type === 'help') {
    checkHelpWords(config, wanted.words);
    await printHelp(config, wanted.words, args);
  } else {
    refuseInheritedFlags(config, wanted.id, wanted.args);
    try {
      await config.runCommand(wanted.id, [...wanted.args]);
    } catch (error) {
      throw withOwnHelp(toUsageError(error, config, wanted.id), wanted.id);
    }
  }
}

/** The version, on one line. */
function versionText({ name, version, platform, arch, userAgent }: Config, args: readonly string[]): string {
  if (!reportStyle(args).json) return userAgent;
  return jsonText({ v: 1, name, version, platform, arch, node: process.version });
}

async function print(text: string): Promise<void> {
  const out = new Output(process.stdout);
  await out.add(text);
  await out.flush();
}

function fail(error: unknown, args: readonly string[]): void {
  endShownWork();
  if (error instanceof OutputEnded) return;
  if (isExit(error)) {
    process.exitCode = error.oclif.exit ?? 0;
    return;
  }
  process.exitCode = exitCodeOf(error);
  say(formatError(error, reportStyle(args)));
}

function drain(stream: NodeJS.WriteStream): Promise<void> {
  return new Promise((resolve) => {
    stream.write('', () => resolve());
  });
}
