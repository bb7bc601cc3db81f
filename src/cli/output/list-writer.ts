import type { JsonValue } from '../../core/base/json.ts';
import { jsonText } from '../../text/printable.ts';
import { cellText, type FieldPath, idOf, nameOfPath, onlyFields } from './fields.ts';
import type { OutputFormat } from './format-words.ts';
import { cellsOf, csvLine, fieldTable, plainLine } from './item-text.ts';
import type { Output } from './output.ts';
import type { Template } from './template.ts';

/** How the items of a list are printed. */
export interface ListFormat<T> {
  /** One item for machines. All forms but the table are made of it. */
  json(item: T): JsonValue;
  /** One item for people, in one or more lines; or a page of items, when they are to be aligned. */
  people(page: readonly T[]): string;
  /** Names of the fields that are the columns of `-o plain` and `-o csv`. */
  readonly columns: readonly string[];
  /** The word for an item. */
  readonly noun?: string;
  /** Told to people on stderr when there is none. */
  readonly empty?: string | undefined;
  /** Whether each item is passed on at once: for what is followed live. */
  readonly live?: boolean;
  /** Items that are aligned together, for people. */
  readonly pageItems?: number;
}

/** The form that the command line asks for. */
export interface ListStyle {
  readonly format: OutputFormat;
  readonly fields: readonly FieldPath[] | undefined;
  readonly template: Template | undefined;
}

const pageItemsDefault = 500;

/** Prints the items of one list as they come, in whatever form is asked for, no faster than their reader takes them. */
export class ListWriter<T> {
  private readonly out: Output;
  private readonly format: ListFormat<T>;
  private readonly style: ListStyle;
  private readonly columns: readonly FieldPath[];
  private page: T[] = [];
  /** Items so far. */
  count = 0;

  constructor(out: Output, format: ListFormat<T>, style: ListStyle) {
    this.out = out;
    this.format = format;
    this.style = style;
    this.columns = style.fields ?? format.columns.map((name) => name.split('.'));
  }

  /** Adds an item. */
  async add(item: T): Promise<void> {
    this.count += 1;
    const text = this.lineOf(item);
    if (text === undefined) await this.addForPeople(item);
    else if (text !== '') await this.out.add(text);
    if (this.format.live) await this.out.flush();
  }

  /** Passes on what there is so far. */
  async flush(): Promise<void> {
    await this.endPage();
    await this.out.flush();
  }

  /** Ends the list; in every form but the table, also where it was broken off by an error. */
  async end(): Promise<void> {
    const { format, template } = this.style;
    if (format === 'csv' && this.count === 0 && !template) await this.out.line(this.csvHead());
    if (format === 'json') await this.out.line(this.count === 0 ? '{"v":1,"items":[]}' : ']}');
    await this.flush();
  }

  /** The text of an item; undefined in the form that takes pages of them. */
  private lineOf(item: T): string | undefined {
    const { format, fields, template } = this.style;
    if (template) return `${template.fill(this.format.json(item))}\n`;
    if (format === 'table') return undefined;
    const json = this.format.json(item);
    if (format === 'ids') return lineIf(idOf(json));
    const cells = () => cellsOf(json, this.columns);
    if (format === 'plain') return `${plainLine(cells())}\n`;
    if (format === 'csv') return `${this.count === 1 ? `${this.csvHead()}\n` : ''}${csvLine(cells())}\n`;
    const text = jsonText(fields ? onlyFields(json, fields) : json);
    if (format === 'ndjson') return `${text}\n`;
    return `${this.count === 1 ? '{"v":1,"items":[' : ','}${text}`;
  }

  private csvHead(): string {
    return csvLine(this.columns.map(nameOfPath));
  }

  private async addForPeople(item: T): Promise<void> {
    this.page.push(item);
    const { live, pageItems = pageItemsDefault } = this.format;
    if (live || this.page.length >= pageItems) await this.endPage();
  }

  private async endPage(): Promise<void> {
    const { page } = this;
    this.page = [];
    if (page.length === 0) return;
    const { fields } = this.style;
    const text = fields
      ? fieldTable(
          page.map((item) => this.format.json(item)),
          fields,
        )
      : this.format.people(page);
    if (text !== '') await this.out.line(text);
  }
}

function lineIf(id: string | undefined): string {
  return id === undefined ? '' : `${cellText(id)}\n`;
}
