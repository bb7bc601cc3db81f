import type { JsonValue } from '../../core/base/json.ts';
import { findApp, parseJson } from '../../index.ts';
import { toOverviewJson } from '../../shapes/overview.ts';
import { readTextFile } from '../frame/read-file.ts';
import { StreamCommand } from '../frame/stream-command.ts';
import { formatOverview } from '../print/overview-page.ts';

/** A command of the screen, and its keys. */
interface KeyedCommand {
  readonly name: string;
  readonly keys: readonly string[];
  readonly help: string;
}

/** `tui` where there is no screen. */
export abstract class ScreenCommand extends StreamCommand {
  /** Reads a keymap; an empty one where there is none. Errors: as `readTextFile`; the JSON_ codes. */
  protected readKeymap(file: string | undefined): JsonValue {
    return file === undefined ? {} : parseJson(readTextFile(file, { flag: '--keymap' }));
  }

  /** Prints what keys do. */
  protected async printKeys(commands: readonly KeyedCommand[]): Promise<void> {
    for (const { keys, name, help } of commands) {
      if (this.globals.json) await this.out.json({ v: 1, command: name, keys: [...keys], help });
      else await this.out.line(`${keys.join(' ').padEnd(18)} ${name.padEnd(16)} ${help}`);
    }
    await this.out.flush();
  }

  /** Prints the overview once, and says so; with the app that is named, else the environment's own. */
  protected async printOnce(named: string | undefined): Promise<void> {
    const app = findApp(this.globals.env, named);
    this.talk('no terminal here: this is the overview, once');
    await this.withEnv({ ...(app === undefined ? {} : { app }) }, async (env) => {
      const overview = await env.monitor.overview();
      await this.print(toOverviewJson(overview), formatOverview(overview, this.colors));
    });
  }
}
