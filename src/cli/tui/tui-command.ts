import type { JsonValue } from '../../core/base/json.ts';
import { parseJson } from '../../index.ts';
import { noteLoadedCode } from '../../machine/loaded-code.ts';
import { toOverviewJson } from '../../shapes/overview.ts';
import { BaseCommand } from '../frame/base-command.ts';
import { readTextFile } from '../frame/read-file.ts';
import { formatOverview } from '../print/overview-page.ts';
import { canWrite } from './terminal.ts';
import { whyReadOnly } from './why-read-only.ts';

/** A command of the screen, and its keys. */
interface KeyedCommand {
  readonly name: string;
  readonly keys: readonly string[];
  readonly help: string;
}

/** `tui` where there is no screen. */
export abstract class ScreenCommand extends BaseCommand {
  /** Why the screen does nothing but show; undefined where it may do more. */
  protected get whyReadOnly(): string | undefined {
    const { env, 'read-only': flag } = this.globals;
    return whyReadOnly({ flag, canWrite: canWrite(env), context: this.context, isAgreed: this.isSure });
  }

  /** Reads a keymap; an empty one where there is none. Errors: as `readTextFile`; the JSON_ codes. */
  protected readKeymap(file: string | undefined): JsonValue {
    return file === undefined ? {} : parseJson(readTextFile(file, { flag: '--keymap' }));
  }

  /** Notes that the screen loads the app, which it does by its own code. */
  protected noteApp(): void {
    noteLoadedCode();
  }

  /** Prints what keys do. */
  protected async printKeys(commands: readonly KeyedCommand[]): Promise<void> {
    await this.printAll(commands, {
      json: ({ name, keys, help }) => ({ v: 1, command: name, keys: [...keys], help }),
      people: (page) =>
        page.map(({ keys, name, help }) => `${keys.join(' ').padEnd(18)} ${name.padEnd(16)} ${help}`).join('\n'),
      columns: ['keys', 'command', 'help'],
    });
  }

  /** Prints the overview once, and says so. */
  protected async printOnce(): Promise<void> {
    this.talk('stdout is not a terminal: this is the overview, printed once');
    await this.withEnv(this.appOptions(), async (env) => {
      const overview = await env.monitor.overview();
      await this.print(toOverviewJson(overview), formatOverview(overview, this.colors));
    });
  }
}
