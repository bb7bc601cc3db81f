import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import { compileDocumentWhere } from '../../index.ts';
import type { CommandOutput } from '../../shapes/schema/command-outputs.ts';
import { formatCount } from '../../text/printable.ts';
import { MissingFields } from './missing-fields.ts';

/** Hears of each item that is looked at. */
export interface Search {
  looked(): void;
  stop(): void;
}

/** A condition on the items of a list, as its command prints them. */
export class Condition {
  private readonly fits: (document: JsonObject) => boolean;
  private readonly fields: MissingFields;

  private constructor(fits: (document: JsonObject) => boolean, fields: MissingFields) {
    this.fits = fits;
    this.fields = fields;
  }

  /** Reads a condition on what a command with this output prints. Errors: FILTER_INVALID with the column. */
  static async read(where: string, { line }: CommandOutput): Promise<Condition> {
    const { properties = {} } = (line ?? {}) as { readonly properties?: object };
    const names = Object.keys(properties).filter((name) => name !== 'v');
    return new Condition(await compileDocumentWhere(where, names), new MissingFields(where, names));
  }

  /** The items that fit; `search` hears how far it is, and is stopped at the end. */
  async *select<T>(
    items: AsyncIterable<T> | Iterable<T>,
    json: (item: T) => JsonValue,
    search?: Search,
  ): AsyncGenerator<T> {
    try {
      for await (const item of items) {
        const document = json(item) as JsonObject;
        this.fields.look(document);
        search?.looked();
        if (this.fits(document)) yield item;
      }
    } finally {
      search?.stop();
    }
  }

  /** Says that none fits, of how many, and what was probably meant. */
  emptyText(noun: string, plural = `${noun}s`): string {
    const { looked } = this.fields;
    if (looked === 0) return `There is no ${noun}.`;
    return [`None of ${formatCount(looked)} ${looked === 1 ? noun : plural} fits.`, ...this.fields.notes(noun)].join(
      '\n',
    );
  }
}
