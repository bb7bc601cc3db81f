import { existsSync, statSync } from 'node:fs';
import { given, ifGiven } from '../../core/base/given.ts';
import { openEnvironment } from '../../engine.ts';
import type { Environment } from '../../environment/environment.ts';
import type { DumpDiff, EnvironmentsDiff, JsonObject, KeyDifference, SideOfKey } from '../../index.ts';
import { toKeyJson } from '../../shapes/sync-diff.ts';
import { formatCount, formatValue, plural, printable } from '../../text/printable.ts';
import type { WorkProgress } from '../frame/progress-line.ts';
import { withEnvironment } from '../frame/with-environment.ts';
import { openDumpInput } from './dump-input.ts';

/** Keys that are shown. */
const keysShown = 1_000;
const beatMs = 500;

/** How an environment compares with another one, or with a dump. */
export interface Compared {
  readonly same: boolean;
  readonly json: JsonObject;
  readonly people: string;
}

/**
 * Compares with what is at `other`: the directory of an environment, or a dump. `watch` shows how far it is. Errors: ENV_ and
 * DUMP_ codes.
 */
export async function compareWith(
  env: Environment,
  other: string,
  watch: (isSizeKnown: boolean) => WorkProgress,
): Promise<Compared> {
  if (other !== '-' && existsSync(other) && statSync(other).isDirectory()) {
    const right = await openEnvironment(other, { readOnly: true });
    return withEnvironment(right, async () => {
      const progress = watch(false);
      return compareEnvironments(await env.sync.diff(right), progress).finally(progress.stop);
    });
  }
  const { bytes, total } = openDumpInput(other);
  const progress = watch(total !== undefined);
  return compareDump(await env.sync.diffDump(counted(bytes, total, progress)).finally(progress.stop));
}

async function* counted(
  bytes: AsyncIterable<Buffer>,
  total: number | undefined,
  progress: WorkProgress,
): AsyncGenerator<Buffer> {
  let done = 0;
  for await (const piece of bytes) {
    yield piece;
    done += piece.length;
    if (total === undefined) progress.onProgress(done, 0, `${formatCount(done)} bytes`);
    else progress.onProgress(done, total);
  }
}

async function compareEnvironments(diff: EnvironmentsDiff, progress: WorkProgress): Promise<Compared> {
  const shown: KeyDifference[] = [];
  let count = 0;
  const tell = () => progress.onProgress(count, 0, `${plural(count, 'key')} ${count === 1 ? 'differs' : 'differ'}`);
  // Keys that are the same tell nothing, and may be all of them.
  const beat = setInterval(tell, beatMs).unref();
  try {
    for await (const difference of diff.keys) {
      count += 1;
      tell();
      if (shown.length < keysShown) shown.push(difference);
    }
  } finally {
    clearInterval(beat);
  }
  const { common, left, right } = diff;
  const same = left.digest === right.digest;
  const json = {
    ...{ v: 1, same, common: String(common), keysDiffering: count, isCut: count > shown.length },
    left: { ...left, position: String(left.position) },
    right: { ...right, position: String(right.position) },
    keys: shown.map(toKeyJson),
  };
  if (same) return { same, json, people: `the same up to position ${common}` };
  const logs = `common up to position ${common}; here ${left.position}, there ${right.position}`;
  const lines = shown.map(({ key, left, right }) => `${printable(key)}  ${sideText(left)} | ${sideText(right)}`);
  return { same, json, people: [logs, `keys that differ: ${count}`, ...lines].join('\n') };
}

function compareDump(diff: DumpDiff): Compared {
  const { same: equal, differ, missing, firstDifferent, dump, head, keys } = diff;
  const same = differ === 0 && missing === 0 && keys.length === 0 && dump === head;
  const json = {
    ...{ v: 1, same, records: { same: equal, differ, missing }, dump: String(dump), head: String(head) },
    ...given({ firstDifferent: ifGiven(firstDifferent, String) }),
    keys: [...keys],
  };
  const records = `${plural(equal, 'record')} the same, ${differ} differ, ${missing} are not here`;
  const ends = `the dump ends at ${dump}, the log here at ${head}`;
  const first = firstDifferent === undefined ? [] : [`the first that is not the same: ${firstDifferent}`];
  const lines = keys.slice(0, keysShown).map((key) => `${printable(key)} differs`);
  return {
    same,
    json,
    people: same ? `the same up to position ${head}` : [records, ends, ...first, ...lines].join('\n'),
  };
}

function sideText(side: SideOfKey | undefined): string {
  return side ? `${formatValue(side.value)} at ${side.position}` : 'nothing';
}
