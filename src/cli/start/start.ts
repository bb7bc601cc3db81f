// The first code of every start, which every command pays for: it loads what the command line needs, and no more.
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { checkpointing } from '../../machine/own-program.ts';
import { loadBundle } from './load-bundle.ts';
import { standInForUnknownUser } from './unknown-user.ts';

/** Digests of the bundles beside this one, by name; the build fills them in. */
declare const bundleDigests: Readonly<
  Record<'checkpoints' | 'commands' | 'complete' | 'fast-submit' | 'library', string>
>;

/** The ids of all commands, such as `session:list`; the build fills them in. */
declare const commandIds: readonly string[];

/** The word by which the completion scripts of shells ask. It is no command: nothing but its answer must ever be printed. */
const completing = '__complete';

type Commands = Pick<typeof import('../frame/run-cli.ts'), 'runCli'> & {
  readonly commandModules: import('../frame/run-cli.ts').CommandModules;
};

/**
 * Runs a command line and ends the process. `root` is where package.json is. With DEBUG set the same code runs file by
 * file, as it was compiled, so that each line of a stack names a file and a line that can be read.
 */
export async function start(args: readonly string[], root: string): Promise<void> {
  standInForUnknownUser();
  // A shell waits for this before it changes the mode of its terminal (command-process.ts).
  if (args[0] === 'shell' && args[1] === '--serve') process.send?.({});
  if (args[0] === completing) {
    await bundle<typeof import('../complete/complete.ts')>('complete').complete(args.slice(1), root);
    process.exit();
  }
  if (args[0] === checkpointing) {
    const { keepCheckpointsUntilEnd } = bundle<typeof import('../../keep-checkpoints.ts')>('checkpoints');
    await keepCheckpointsUntilEnd(process.stdin, args.slice(1));
    process.exit();
  }
  if (process.env.DEBUG) {
    const { runCli } = await whereverItStands(
      () => import(pathToFileURL(join(root, 'dist/src/cli/frame/run-cli.js')).href),
    );
    return runCli(args, { root });
  }
  if (await submittedFast(args)) return;
  const { runCli, commandModules } = await whereverItStands(() => bundle<Commands>('commands', commandOf(args)));
  await runCli(args, { root }, { modules: commandModules, library: () => bundle('library') });
}

// The bundle answers false for anything but the plain forms of `submit`, which oclif then handles or refuses.
async function submittedFast(args: readonly string[]): Promise<boolean> {
  if (args[0] !== 'submit') return false;
  return bundle<typeof import('../submit/fast-submit.ts')>('fast-submit').fastSubmit(args.slice(1));
}

/** The id of the command that the first words name; undefined where flags come first, or they name none. */
function commandOf([first = '', second = '']: readonly string[]): string | undefined {
  return [`${first}:${second}`, first].find((id) => commandIds.includes(id));
}

function bundle<T extends object>(name: keyof typeof bundleDigests, command?: string): T {
  const file = join(import.meta.dirname, `bundles/${name}.cjs`);
  return loadBundle<T>({ file, digest: bundleDigests[name], command });
}

/**
 * oclif, when it is loaded where the working directory is gone, says so on stderr: whoever needs one fails with a word of
 * its own, and nobody else is disturbed.
 */
async function whereverItStands<T>(load: () => T | Promise<T>): Promise<T> {
  const { cwd } = process;
  process.cwd = () => {
    try {
      return cwd();
    } catch {
      return '/';
    }
  };
  try {
    return await load();
  } finally {
    process.cwd = cwd;
  }
}
