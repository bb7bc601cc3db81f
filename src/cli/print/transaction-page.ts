import type { JsonValue } from '../../core/base/json.ts';
import type { Change } from '../../core/fold/change.ts';
import { isEngineKey, sessionOfKey } from '../../core/fold/session.ts';
import { isEngineType, sagaType, usersChanges } from '../../core/log/record.ts';
import type { KeyReport, TransactionLink, TransactionReport } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatValue, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { parsePosition } from '../frame/point-in-log.ts';
import { changeText, stateText } from './change-text.ts';
import { deltaText } from './delta-text.ts';
import { engineKeyText, opText } from './engine-key.ts';
import { outcomeColour, outcomeOf } from './record-lines.ts';
import { sessionReportText } from './session-text.ts';

/** Changes and keys that are listed for people; `--json` has all. */
const listedMax = 20;
/** Columns in which the change of one key is told. */
const deltaColumns = 120;

/** All about a transaction for people, and what to look at next. */
export function formatTransaction(report: TransactionReport, colors: Colors): string {
  const { record } = report;
  const outcome = outcomeColour(record, colors)(outcomeOf(record));
  const title = `${colors.strong(`transaction ${printable(record.id)}`)}  position ${record.position}  ${outcome}`;
  const parts = [title, formatPairs(headOf(report), '  '), ...changesOf(report, colors), ...keysOf(report, colors)];
  return [...parts, ...sessionsOf(report, colors), nextOf(report).join('\n')].join('\n');
}

function headOf({ record, compensatedBy, compensates }: TransactionReport): [string, string][] {
  const { type, time, actor, claims, payload, expect, rejection, digest } = record;
  const pairs: [string, string][] = [
    ['type', printable(type)],
    ['time', timeText(time)],
  ];
  if (actor !== undefined) pairs.push(['actor', printable(actor)]);
  if (claims !== undefined) pairs.push(['claims', formatValue(claims, 100)]);
  if (payload !== undefined) pairs.push(['payload', formatValue(payload, 100)]);
  for (const item of expect) pairs.push(['expected', formatValue(item as unknown as JsonValue, 100)]);
  if (rejection) pairs.push(['refused', printable(rejection.reason)]);
  if (rejection?.owner) pairs.push(['owner', linkText(rejection.owner)]);
  if (record.correlation !== undefined) pairs.push(['belongs to', printable(record.correlation)]);
  if (record.causation !== undefined) pairs.push(['caused by', printable(record.causation)]);
  if (record.traceparent !== undefined) pairs.push(['trace', printable(record.traceparent)]);
  if (compensates) pairs.push(['undoes', linkText(compensates)]);
  if (compensatedBy) pairs.push(['undone by', linkText(compensatedBy)]);
  pairs.push(['digest', Buffer.from(digest).toString('hex')]);
  return pairs;
}

function changesOf({ record }: TransactionReport, colors: Colors): string[] {
  const { outcome, decided, type } = record;
  const changes = usersChanges(record.changes);
  if (changes.length === 0) return [];
  const who = isEngineType(type) ? 'decided by the engine' : decided ? 'decided by its handler' : 'as requested';
  const title = outcome === 'committed' ? `changes, ${who}:` : 'changes that were asked for, none applied:';
  return ['', title, changeTable(changes, colors), ...andMore(changes.length)];
}

/** Formats the lines that hold for any outcome of the request. */
function sessionsOf({ record, sessions }: TransactionReport, colors: Colors): string[] {
  const changes = record.changes.filter(({ key }) => isEngineKey(key));
  if (changes.length === 0) return [];
  const lines = sessions.slice(0, listedMax).flatMap((report) => {
    const around = aroundText(report);
    return [`  ${sessionReportText(report, colors)}`, ...(around === '' ? [] : [colors.dim(`    ${around}`)])];
  });
  const title = sessions.length === 0 ? [] : ['', 'sessions, before → after:'];
  return ['', 'operations:', changeTable(changes, colors), ...andMore(changes.length), ...title, ...lines];
}

function changeTable(changes: readonly Change[], colors: Colors): string {
  return formatTable(
    changes
      .slice(0, listedMax)
      .map((change) => [`  ${opText(change.op)}`, colors.key(engineKeyText(change.key)), changeText(change)]),
  );
}

function keysOf({ record, keys }: TransactionReport, colors: Colors): string[] {
  if (keys.length === 0) return [];
  const title = record.outcome === 'committed' ? 'keys, before → after:' : 'keys, as they were:';
  const lines = keys.slice(0, listedMax).flatMap((key) => {
    const isDone = record.outcome === 'committed';
    const states = isDone ? deltaText(key.before, key.after, deltaColumns) : stateText(key.before);
    const around = aroundText(key);
    const name = `  ${colors.key(printable(key.key))}  ${states}`;
    return around === '' ? [name] : [name, colors.dim(`    ${around}`)];
  });
  return ['', title, ...lines, ...andMore(keys.length)];
}

function aroundText({ previous, next }: KeyReport): string {
  const before = previous ? [`before it ${linkText(previous)}`] : [];
  return [...before, ...(next ? [`after it ${linkText(next)}`] : [])].join(', ');
}

function nextOf({ record, keys, sessions, compensatedBy }: TransactionReport): string[] {
  const next = [];
  const [first] = keys;
  const [session] = sessions;
  if (first) next.push(`txlog inspect --key ${shellQuote(first.key)}`);
  if (record.type === sagaType) next.push(`txlog saga show ${shellQuote(record.id)}`);
  else if (session) next.push(`txlog session show ${shellQuote(sessionOfKey(session.key) ?? '')}`);
  const isUsers = !isEngineType(record.type);
  if (record.outcome === 'committed' && isUsers && !compensatedBy) {
    // A number would be taken for a position.
    const flag = parsePosition(record.id) === undefined ? '' : '--id ';
    next.push(`txlog compensate ${flag}${shellQuote(record.id)} --plan`);
  }
  if (record.rejection?.owner) next.push(`txlog inspect --id ${shellQuote(record.rejection.owner.id)}`);
  return next.length === 0 ? [] : ['', ...next.map((command) => `next: ${command}`)];
}

/** A transaction by both its names, for people. */
export function linkText({ id, position }: TransactionLink): string {
  return `${printable(id)} at ${position}`;
}

function andMore(count: number): string[] {
  return count > listedMax ? [`  and ${count - listedMax} more; --json has all`] : [];
}
