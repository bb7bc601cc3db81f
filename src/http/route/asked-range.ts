/** Bytes that a client asks for, the end excluded; all of them; or none that are there. */
export type AskedRange = { readonly start: number; readonly end: number } | 'all' | 'none';

/**
 * Reads a header `Range` for a body of so many bytes. Several ranges, or one that is none, are all of it, as the standard
 * allows. Source: RFC 9110, 14.
 */
export function readRange(header: string | undefined, bytes: number): AskedRange {
  const [, first = '', last = ''] = /^bytes=(\d{0,16})-(\d{0,16})$/i.exec(header?.replaceAll(' ', '') ?? '') ?? [];
  if (first === '' && last === '') return 'all';
  if (first === '')
    return last === '0' || bytes === 0 ? 'none' : { start: Math.max(0, bytes - Number(last)), end: bytes };
  const start = Number(first);
  const end = last === '' ? bytes : Math.min(bytes, Number(last) + 1);
  if (last !== '' && Number(last) < start) return 'all';
  return start >= bytes ? 'none' : { start, end };
}
