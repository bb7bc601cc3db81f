import { readFileSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';

/** Address space that a data file gets where nothing limits it. */
const mapBytesDefault = 2 ** 40;
/** Room that the rest of the process is left with, at least. */
const roomBytesMin = 64 * 1024 * 1024;

/**
 * Address space for the map of a data file: what is asked for, or as much as the limit of this process leaves. LMDB would
 * end the process where there is too little.
 *
 * Errors: SYSTEM_LIMIT when not even the file as it is fits.
 */
export function mapBytesFor(asked: number | undefined, fileBytes: number): number {
  const wanted = asked ?? mapBytesDefault;
  const free = freeAddressSpace();
  // A map that grows is mapped anew beside the old one.
  if (free === undefined || wanted * 2 < free) return wanted;
  const possible = Math.floor((free - roomBytesMin) / 2);
  if (possible >= 2 * fileBytes + roomBytesMin) return possible - (possible % roomBytesMin);
  throw new TxlogError('SYSTEM_LIMIT', `the limit on address space leaves ${free} bytes for a file of ${fileBytes}`, {
    hint: 'The whole data file is mapped into memory.',
    next: ['ulimit -v unlimited', 'txlog doctor'],
  });
}

/** Bytes that this process may still map; undefined where that is not limited, or not known. */
function freeAddressSpace(): number | undefined {
  const limit = /^Max address space +([0-9]+) /m.exec(readProc('limits'))?.[1];
  if (limit === undefined) return undefined;
  const used = /^VmSize:\s+([0-9]+) kB/m.exec(readProc('status'))?.[1];
  return Math.max(0, Number(limit) - Number(used ?? 0) * 1024);
}

function readProc(name: string): string {
  try {
    return readFileSync(`/proc/self/${name}`, 'utf8');
  } catch {
    // Not Linux, or nothing to be seen of it there: then nothing is known.
    return '';
  }
}
