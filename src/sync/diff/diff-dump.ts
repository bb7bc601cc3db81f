import { limits } from '../../core/base/limits.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { DumpEntry } from '../../layout/dump-schema.ts';
import { toHex } from '../../layout/hex.ts';
import { positionKey } from '../../layout/keys.ts';
import { recordDigest } from '../../layout/record-codec.ts';
import type { Cut } from '../../view/cut.ts';
import type { LongViewReader } from '../../view/reader.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import type { Steps } from '../../view/turns.ts';
import { entryOfState } from '../export/read-states.ts';
import { DumpReader } from '../format/dump-reader.ts';

/** How an environment and a dump compare. */
export interface DumpDiff {
  /** Records of the dump that are here, the same; that are here otherwise; and that are not here. */
  readonly same: number;
  readonly differ: number;
  readonly missing: number;
  /** The first position that is not the same here. */
  readonly firstDifferent: number | undefined;
  /** The last position of the dump, and of the log here. */
  readonly dump: number;
  readonly head: number;
  /** Keys of states and sessions of the dump that are other ones here. */
  readonly keys: readonly string[];
}

/** Compares an environment with a dump, record by record and state by state. Errors: the DUMP_ codes. */
export async function diffDump(env: LongViewReader, stream: AsyncIterable<Uint8Array>): Promise<DumpDiff> {
  const reader = new DumpReader(stream);
  try {
    const { manifest, blocks } = await reader.open();
    const diff = { same: 0, differ: 0, missing: 0, first: undefined as number | undefined };
    const keys: string[] = [];
    let dump = manifest.after.position;
    for await (const { entries } of blocks) {
      for (const { position, verdict, key } of await env.readSteps((cut) => compareBlock(cut, entries))) {
        if (key !== undefined && keys.length < limits.diffKeysMax) keys.push(key);
        if (verdict === undefined) continue;
        diff[verdict] += 1;
        dump = Math.max(dump, position);
        if (verdict !== 'same') diff.first ??= position;
      }
    }
    const head = await env.read(({ head }) => head.position);
    const { same, differ, missing, first } = diff;
    return { same, differ, missing, firstDifferent: first, dump, head, keys };
  } finally {
    await reader.close();
  }
}

interface Compared {
  readonly position: number;
  readonly verdict: 'same' | 'differ' | 'missing' | undefined;
  readonly key: string | undefined;
}

function* compareBlock(cut: Cut, entries: readonly DumpEntry[]): Steps<readonly Compared[]> {
  const compared: Compared[] = [];
  for (const entry of entries) {
    compared.push(entry.kind === 'TXN' ? compareRecord(cut, entry) : yield* compareState(cut, entry));
    yield;
  }
  return compared;
}

function compareRecord({ snapshot }: Cut, { position, txn }: DumpEntry): Compared {
  const bytes = snapshot.get('log', positionKey(position));
  const isSame = bytes && txn?.digest && toHex(recordDigest(bytes)) === toHex(txn.digest);
  return { position, verdict: isSame ? 'same' : bytes ? 'differ' : 'missing', key: undefined };
}

function* compareState(cut: Cut, entry: DumpEntry): Steps<Compared> {
  const { position } = entry;
  const key = entry.state?.key ?? (entry.session ? sessionKey(entry.session.id) : undefined);
  if (key === undefined || position > cut.head.position) return { position, verdict: undefined, key };
  const own = yield* stateAtSteps(cut, key, position);
  const isSame = own?.exists && contentOf(entryOfState(own, position)) === contentOf(entry);
  return { position, verdict: undefined, key: isSame ? undefined : key };
}

function contentOf({ state, session }: DumpEntry): string {
  return JSON.stringify([state?.kind, state?.value, session?.value]);
}
