import type { JsonObject, JsonValue } from '../../core/json.ts';
import { type KeyReport, type TransactionLink, type TransactionReport, toRecordJson, toTime } from '../../index.ts';
import { changeText, stateText } from './change-text.ts';
import type { Paint } from './paint.ts';
import { outcomeColour, outcomeOf } from './record-lines.ts';
import { shellWord } from './shell-word.ts';
import { toStateJson } from './state-json.ts';
import { formatPairs, formatTable } from './table.ts';
import { formatValue, printable } from './text.ts';

/** Changes and keys that are listed for people; `--json` has all. */
const listedMax = 20;

/** All about a transaction as JSON. */
export function toTransactionJson({ record, keys, compensatedBy, compensates }: TransactionReport): JsonObject {
  return {
    v: 1,
    kind: 'transaction',
    record: toRecordJson(record),
    keys: keys.map(toKeyJson),
    ...(compensatedBy ? { compensatedBy: toLinkJson(compensatedBy) } : {}),
    ...(compensates ? { compensates: toLinkJson(compensates) } : {}),
  };
}

/** All about a transaction for people, and what to look at next. */
export function formatTransaction(report: TransactionReport, paint: Paint): string {
  const { record } = report;
  const outcome = outcomeColour(record, paint)(outcomeOf(record));
  const title = `${paint.strong(`transaction ${printable(record.id)}`)}  position ${record.position}  ${outcome}`;
  const parts = [title, formatPairs(headOf(report), '  '), ...changesOf(report, paint), ...keysOf(report, paint)];
  return [...parts, nextOf(report).join('\n')].join('\n');
}

function headOf({ record, compensatedBy, compensates }: TransactionReport): [string, string][] {
  const { type, time, actor, payload, expect, rejection, digest } = record;
  const pairs: [string, string][] = [
    ['type', printable(type)],
    ['time', toTime(time)],
  ];
  if (actor !== undefined) pairs.push(['actor', printable(actor)]);
  if (payload !== undefined) pairs.push(['payload', formatValue(payload, 100)]);
  for (const item of expect) pairs.push(['expected', formatValue(item as unknown as JsonValue, 100)]);
  if (rejection) pairs.push(['refused', printable(rejection.reason)]);
  if (rejection?.owner) pairs.push(['owner', linkText(rejection.owner)]);
  if (compensates) pairs.push(['undoes', linkText(compensates)]);
  if (compensatedBy) pairs.push(['undone by', linkText(compensatedBy)]);
  pairs.push(['digest', Buffer.from(digest).toString('hex')]);
  return pairs;
}

function changesOf({ record }: TransactionReport, paint: Paint): string[] {
  const { changes, outcome, decided } = record;
  if (changes.length === 0) return [];
  const who = decided ? 'decided by its handler' : 'as requested';
  const title = outcome === 'committed' ? `changes, ${who}:` : 'changes that were asked for, none applied:';
  const rows = changes.slice(0, listedMax).map((change) => {
    return [`  ${change.op}`, paint.key(printable(change.key)), changeText(change)];
  });
  return ['', title, formatTable(rows), ...andMore(changes.length)];
}

function keysOf({ record, keys }: TransactionReport, paint: Paint): string[] {
  if (keys.length === 0) return [];
  const title = record.outcome === 'committed' ? 'keys, before → after:' : 'keys, as they were:';
  const lines = keys.slice(0, listedMax).flatMap((key) => {
    const before = stateText(key.before);
    const states = record.outcome === 'committed' ? `${before} → ${stateText(key.after)}` : before;
    const around = [
      ...(key.previous ? [`before it ${linkText(key.previous)}`] : []),
      ...(key.next ? [`after it ${linkText(key.next)}`] : []),
    ];
    const name = `  ${paint.key(printable(key.key))}  ${states}`;
    return around.length === 0 ? [name] : [name, paint.dim(`    ${around.join(', ')}`)];
  });
  return ['', title, ...lines, ...andMore(keys.length)];
}

function nextOf({ record, keys, compensatedBy }: TransactionReport): string[] {
  const next = [];
  const [first] = keys;
  if (first) next.push(`txlog inspect --key ${shellWord(first.key)}`);
  if (record.outcome === 'committed' && !compensatedBy && record.compensates === undefined) {
    next.push(`txlog compensate ${shellWord(record.id)} --plan`);
  }
  if (record.rejection?.owner) next.push(`txlog inspect --id ${shellWord(record.rejection.owner.id)}`);
  return next.length === 0 ? [] : ['', ...next.map((command) => `next: ${command}`)];
}

/** A transaction by both its names, for people. */
export function linkText({ id, position }: TransactionLink): string {
  return `${printable(id)} at ${position}`;
}

function andMore(count: number): string[] {
  return count > listedMax ? [`  and ${count - listedMax} more; --json has all`] : [];
}

function toKeyJson({ key, before, after, previous, next }: KeyReport): JsonObject {
  return {
    key,
    ...(before ? { before: toStateJson(before) } : {}),
    ...(after ? { after: toStateJson(after) } : {}),
    ...(previous ? { previous: toLinkJson(previous) } : {}),
    ...(next ? { next: toLinkJson(next) } : {}),
  };
}

function toLinkJson({ id, position }: TransactionLink): JsonObject {
  return { id, position: String(position) };
}
