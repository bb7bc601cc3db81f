import type { RecordFilter } from '../../core/log/filter.ts';
import type { Status } from '../../index.ts';
import { closestMatch } from '../../text/closest-match.ts';
import { formatCount, plural } from '../../text/printable.ts';
import type { FilterValues } from '../frame/filter-flags.ts';
import { MissingFields } from '../output/missing-fields.ts';

const recordFields = ['payload', 'rejection', 'changes', 'expect'];

/** A filter that remembers what it met, so that people can be told why nothing fits. */
export class FilterWatch {
  readonly filter: RecordFilter;
  private readonly flags: FilterValues;
  private readonly fields: MissingFields;

  /** `onLooked` hears the position of each record that the condition is asked of. */
  constructor(filter: RecordFilter, flags: FilterValues, onLooked: (position: number) => void) {
    const { where } = filter;
    this.flags = flags;
    this.fields = new MissingFields(flags.where ?? '', recordFields);
    this.filter = where
      ? {
          ...filter,
          where: (record) => {
            this.fields.look(record as unknown as Parameters<MissingFields['look']>[0]);
            onLooked(record.position);
            return where(record);
          },
        }
      : filter;
  }

  /** Says why no record fits: of how many none does, and what was probably meant. */
  async emptyText({ head, types }: Pick<Status, 'head' | 'types'>): Promise<string> {
    if (head.position === 0) return 'The log is empty.';
    const known = types.map(({ type }) => type);
    const unknown = (this.flags.type ?? []).filter((type) => !known.includes(type));
    return [
      `No record fits, of ${plural(head.position, 'record')}.`,
      ...unknown.map((type) => `No record has the type ${JSON.stringify(type)}${meantType(type, known)}`),
      ...this.fields.notes('record'),
    ].join('\n');
  }
}

function meantType(type: string, known: readonly string[]): string {
  const guess = closestMatch(type, known);
  if (guess !== undefined) return `; did you mean ${guess}?`;
  const beginning = type.replace(/[*?%].*$/s, '');
  const similar = beginning === type ? [] : known.filter((one) => one.startsWith(beginning)).slice(0, 5);
  if (similar.length > 0) return `: a type is named whole, such as ${similar.map((one) => `--type ${one}`).join(' ')}`;
  return `; there are ${formatCount(known.length)}, which txlog status lists`;
}
