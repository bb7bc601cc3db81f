import { TxlogError } from '../../core/base/errors.ts';
import { isJsonObject } from '../../core/base/json.ts';
import { parseJson } from '../../index.ts';

/** Where the next page of a list begins: behind `after`, and as of the position of the first page. */
export interface PageCursor {
  readonly position: number;
  readonly after: string;
}

/** A cursor as a text that means nothing to clients. */
export function cursorText({ position, after }: PageCursor): string {
  return Buffer.from(JSON.stringify([position, after])).toString('base64url');
}

/** Reads a cursor of an earlier page. Errors: USAGE of any other text. */
export function readPageCursor(text: string): PageCursor {
  const parsed = parsedOf(text);
  const [position, after] = Array.isArray(parsed) ? parsed : [];
  if (typeof position === 'number' && Number.isSafeInteger(position) && position >= 0 && typeof after === 'string')
    return { position, after };
  throw new TxlogError('USAGE', 'cursor: it comes from no earlier page', { path: 'cursor' });
}

function parsedOf(text: string): unknown {
  try {
    const value = parseJson(Buffer.from(text, 'base64url').toString('utf8'));
    return isJsonObject(value) ? undefined : value;
  } catch {
    // It is no cursor: whoever reads it says so.
    return undefined;
  }
}
