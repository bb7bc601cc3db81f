import { TxlogError } from '../core/base/errors.ts';
import { limits } from '../core/base/limits.ts';
import { sessionKey, sessionOfKey } from '../core/fold/session.ts';
import { keyRequest, requestKeyRanges } from '../layout/keys.ts';
import type { Cut } from '../view/cut.ts';
import { compareKeys, keysOfRows } from '../view/read-state.ts';

/** The kinds of things that have ids. A saga is a session. */
export type IdKind = 'transaction' | 'session';

/**
 * The first ids of a kind that begin with a text, in order, at most `limit`. Reads of each range of the index no more than is
 * asked for.
 */
export function idsWithPrefix(
  cut: Cut,
  kind: IdKind,
  { prefix, limit }: { readonly prefix: string; readonly limit: number },
): readonly string[] {
  const ids = new Set<string>();
  for (const rows of kind === 'session' ? [sessionRows(cut, prefix)] : transactionRows(cut, prefix)) {
    let found = 0;
    for (const id of rows) {
      if (found++ >= limit) break;
      ids.add(id);
    }
  }
  // Those that have no row yet are in memory.
  const recent =
    kind === 'session' ? [...cut.view.entries.keys()].flatMap((key) => sessionOfKey(key) ?? []) : cut.view.ids.keys();
  for (const id of recent) if (id.startsWith(prefix)) ids.add(id);
  return [...ids].sort(compareKeys).slice(0, limit);
}

/**
 * The id that a text stands for: itself when something has it as its id; else the only id that begins with it, from
 * limits.shortIdUnitsMin letters on; else itself, so that whoever looks for it says that it is not there.
 *
 * Errors: ID_AMBIGUOUS, with the ids that it may stand for.
 */
export function completeId(cut: Cut, kinds: readonly IdKind[], text: string): string {
  if (text.length < limits.shortIdUnitsMin || kinds.some((kind) => isId(cut, kind, text))) return text;
  const limit = limits.shortIdCandidates + 1;
  const found = [...new Set(kinds.flatMap((kind) => idsWithPrefix(cut, kind, { prefix: text, limit })))].sort(
    compareKeys,
  );
  if (found.length <= 1) return found[0] ?? text;
  const shown = found.slice(0, limits.shortIdCandidates);
  const more = found.length > shown.length ? ', and more' : '';
  throw new TxlogError('ID_AMBIGUOUS', `several ids begin with ${text}`, {
    hint: `They are: ${shown.join(', ')}${more}`,
    next: kinds.includes('session') ? ['txlog session list'] : ['txlog log -n 10 --reverse'],
  });
}

function isId(cut: Cut, kind: IdKind, text: string): boolean {
  return kind === 'session' ? cut.entry(sessionKey(text)) !== undefined : cut.positionOf(text) !== undefined;
}

function* sessionRows(cut: Cut, prefix: string): Generator<string> {
  for (const key of keysOfRows(cut.snapshot, sessionKey(prefix), undefined)) yield sessionOfKey(key) ?? key;
}

/** The rows of each range apart: only those of one range are in the order of the ids. */
function transactionRows(cut: Cut, prefix: string): readonly Generator<string>[] {
  return requestKeyRanges(prefix).map(function* (range) {
    for (const { key } of cut.snapshot.range('requests', range)) {
      const id = keyRequest(key);
      if (id.startsWith(prefix)) yield id;
    }
  });
}
