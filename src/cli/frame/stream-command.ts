import { Flags } from '@oclif/core';
import type { JsonValue } from '../../core/base/json.ts';
import { BaseCommand } from './base-command.ts';

/** Chooses between lines for people and NDJSON; without it, a terminal gets lines and everything else NDJSON. */
export const streamFlags = {
  format: Flags.option({
    summary: 'Lines for people, or one JSON object per line; by default people on a terminal, ndjson elsewhere.',
    options: ['people', 'ndjson'] as const,
    exclusive: ['json'],
  })(),
};

/** How the items of a stream are printed. */
export interface StreamFormat<T> {
  json(item: T): JsonValue;
  /** Lines of a page of items, aligned. */
  people(page: readonly T[]): string;
  /** Whether each item is passed on at once. */
  readonly live?: boolean;
}

/** Items for people that are aligned together: few, so that the first ones show at once. */
const pageItems = 100;

/** A command that prints a stream: what `--json` prints is NDJSON here, because a stream may have no end. */
export abstract class StreamCommand extends BaseCommand {
  static override baseFlags = {
    ...BaseCommand.baseFlags,
    json: Flags.boolean({ summary: 'Print one JSON object per line; errors too are JSON.', helpGroup: 'GLOBAL' }),
  };

  /** Whether people read the output. */
  protected isForPeople(format: 'people' | 'ndjson' | undefined): boolean {
    return format === 'people' || (format === undefined && !this.globals.json && process.stdout.isTTY === true);
  }

  /** Prints all items as they come, no faster than the reader takes them, and returns how many there were. */
  protected async printStream<T>(
    items: AsyncIterable<T>,
    forPeople: boolean,
    format: StreamFormat<T>,
  ): Promise<number> {
    let count = 0;
    let page: T[] = [];
    for await (const item of items) {
      count += 1;
      if (forPeople) page.push(item);
      else await this.out.json(format.json(item));
      if (page.length >= (format.live ? 1 : pageItems)) page = await this.printPage(page, format);
      if (format.live) await this.out.flush();
    }
    if (page.length > 0) await this.printPage(page, format);
    await this.out.flush();
    return count;
  }

  private async printPage<T>(page: readonly T[], format: StreamFormat<T>): Promise<T[]> {
    await this.out.line(format.people(page));
    return [];
  }
}
