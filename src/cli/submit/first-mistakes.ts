import { TxlogError } from '../../core/base/errors.ts';
import { shellQuote } from '../../text/shell-quote.ts';

/** A form that people have their data in when they come, and the way from it to one request per line. */
interface Mistake {
  readonly hint: string;
  readonly next: string;
}

/** Says of a line that is no request what it looks like, and the way; the error as it is, when it looks like nothing known. */
export function explainMistake(error: TxlogError, file: string): TxlogError {
  const { source, line } = error.details;
  if (source === undefined || line === undefined) return error;
  const mistake = mistakeOf(source.trim(), line, file === '-' ? '' : shellQuote(file));
  if (!mistake) return error;
  const { hint, next } = mistake;
  return new TxlogError(error.code, error.message, { ...error.details, hint, next: [next] });
}

function mistakeOf(text: string, line: number, file: string): Mistake | undefined {
  if (text.startsWith('[')) {
    return { hint: 'This looks like a list of requests. Write one request per line.', next: jq('.[]', file) };
  }
  if (line === 1 && /^\{(.*[{[,])?$/.test(text)) {
    return { hint: 'This looks like JSON over several lines. Write each request on one line.', next: jq('.', file) };
  }
  if (line === 1 && !/^[{["]/.test(text) && /[,;\t]/.test(text)) {
    const script = 'import csv,json,sys; [print(json.dumps(row)) for row in csv.DictReader(sys.stdin)]';
    return {
      hint: 'This looks like CSV. Convert it to lines of JSON, and give a module that makes requests of them (--map).',
      next: `python3 -c '${script}'${file === '' ? '' : ` < ${file}`} | txlog submit - --map ./map.mjs`,
    };
  }
  return undefined;
}

function jq(filter: string, file: string): string {
  return `jq -c '${filter}'${file === '' ? '' : ` ${file}`} | txlog submit -`;
}

/** Refuses a FILE that is a request itself. Errors: USAGE. */
export function refuseInlineRequest(file: string | undefined): void {
  if (file === undefined || !/^\s*[{[]/.test(file)) return;
  throw new TxlogError('USAGE', 'FILE must be the name of a file, and this is JSON', {
    hint: 'Pipe a request into stdin, or write it with flags: --type TYPE --change CHANGE.',
    next: [`echo ${shellQuote(file)} | txlog submit -`],
  });
}
