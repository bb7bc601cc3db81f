import { sagaOfTheme } from '../../core/app/saga.ts';
import { sessionKey } from '../../core/fold/session.ts';
import { type SessionPage, type SessionStepEntry, sessionAfter } from '../../pages/session.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { plural, printable, shorten } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { changeText } from './change-text.ts';
import { dataText } from './data-text.ts';
import { opText } from './engine-key.ts';
import { standingText, statusText } from './session-text.ts';

/** Chunks of data that are listed for people; `--json` has all. */
const chunksListed = 20;

/** The same for people, and what to do next. `now` is in ms since 1970. */
export function formatSessionPage(page: SessionPage, now: number, colors: Colors): string {
  const { id, session, history } = page;
  const title = `${colors.strong('session')} ${colors.key(printable(id))}  ${standingText(session)}`;
  const parts = [title, formatPairs([...headOf(page, now), ...dataOf(page)], '  ')].filter((part) => part !== '');
  const count = page.earlier || page.next !== undefined ? `${history.length} of its operations` : operations(history);
  const rows = history.map((entry) => stepCells(id, entry, colors));
  return [...parts, '', `${count}, oldest first:`, formatTable(rows), ...nextOf(page)].join('\n');
}

function operations(history: readonly SessionStepEntry[]): string {
  return plural(history.length, 'operation');
}

function headOf({ session, operator }: SessionPage, now: number): [string, string][] {
  if (!session) return [];
  const {
    themeName,
    order,
    attempts,
    createdAt,
    since,
    operator: by,
    lease,
    error,
    epoch,
    correlation,
    causation,
  } = session;
  const pairs: [string, string][] = [
    ['theme', printable(themeName)],
    ['created', `${timeText(createdAt)}, ${formatDuration(now - createdAt)} ago`],
    ['since', `${timeText(since)}, for ${formatDuration(now - since)}`],
  ];
  if (order !== undefined) pairs.push(['order', printable(order)]);
  if (correlation !== undefined) pairs.push(['belongs to', printable(correlation)]);
  if (causation !== undefined) pairs.push(['caused by', printable(causation)]);
  if (epoch > 0) pairs.push(['leads', `${epoch}, of which ${attempts} since a turn ended well`]);
  if (operator) pairs.push(['led by', `${printable(by ?? '')}, ${leaseText(operator, lease ?? 0)}`]);
  if (error !== undefined) pairs.push(['error', printable(error)]);
  return pairs;
}

function leaseText(state: NonNullable<SessionPage['operator']>, seconds: number): string {
  const { operator, until } = state;
  const where = operator && operator.process > 0 ? ` on ${printable(operator.host)}, process ${operator.process}` : '';
  if (state.alive) return `lease of ${seconds} s until ${timeText(state.until)}${where}`;
  const why = { dead: 'its process ended', late: 'its lease ran out', gone: 'no sign of it' }[state.why];
  return `${why}${until === undefined || state.why !== 'late' ? '' : ` at ${timeText(until)}`}${where}`;
}

function dataOf({ data }: SessionPage): [string, string][] {
  const pairs = data.slice(0, chunksListed).map((chunk): [string, string] => ['data', dataText(chunk)]);
  return data.length > chunksListed
    ? [...pairs, ['', `and ${data.length - chunksListed} more; --json has all`]]
    : pairs;
}

function stepCells(id: string, entry: SessionStepEntry, colors: Colors): string[] {
  const { record } = entry;
  const own = record.changes.filter(({ key }) => key === sessionKey(id));
  const what = own.map((change) => changeText(change, 40)).filter((text) => text !== '');
  const reason = (record.payload as { reason?: string } | null | undefined)?.reason;
  const isOperation = record.type === 'txlog.session';
  const why = isOperation && reason !== undefined ? [`reason ${printable(reason)}`] : [];
  const by = record.actor === undefined ? [] : [`by ${printable(record.actor)}`];
  const request = isOperation ? [] : [`with request ${shorten(printable(record.id), 36)}`];
  return [
    `  ${record.position}`,
    colors.dim(timeText(record.time)),
    own.map(({ op }) => opText(op)).join('+'),
    statusText(sessionAfter(entry)),
    [...what, ...why, ...by, ...request].join(', '),
  ];
}

function nextOf({ id, session, earlier, next, history, operator }: SessionPage): string[] {
  const word = shellQuote(id);
  const commands = [];
  if (earlier) commands.push(`txlog session show ${word} --from 1`);
  if (next !== undefined) commands.push(`txlog session show ${word} --from ${next}`);
  const isSaga = session && sagaOfTheme(session.themeName) !== undefined;
  if (isSaga) commands.push(`txlog saga show ${word}`);
  if (session?.status === 'parked' && !isSaga) commands.push(`txlog session unpark ${word}`);
  if (session?.status === 'stored' && session.error !== undefined && !isSaga)
    commands.push(`txlog session retry ${word}`);
  if (operator && !operator.alive) commands.push(`txlog session retry ${word}`);
  if (!session) commands.push(`txlog inspect ${history.at(-1)?.record.position}`);
  return commands.length === 0 ? [] : ['', ...commands.map((command) => `next: ${command}`)];
}
