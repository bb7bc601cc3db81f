import type { SagaPhase, SideProgress, StepProgress, StepSide } from '../../core/app/saga.ts';
import type { SagaReading } from '../../index.ts';
import { attemptsOf } from '../../shapes/saga.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { formatValue, plural, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatPairs, formatTable } from '../../text/table.ts';
import { timeText } from '../../text/time.ts';
import { perhaps, phaseText, sagaEventText } from './saga-text.ts';
import { standingText } from './session-text.ts';

/** Events that are listed for people; `--json` has all. */
const eventsListed = 60;

/** A saga for people: how it stands, its itinerary, what happened to it, and what to do next. `now` in ms since 1970. */
export function formatSagaPage(reading: SagaReading, now: number, colors: Colors): string {
  const { saga, phase } = reading;
  const title = `${colors.strong('saga')} ${colors.key(printable(saga.id))}  ${printable(saga.type)}  ${phaseText(phase, colors)}`;
  const parts = [title, formatPairs(headOf(reading, now), '  '), '', 'itinerary:', itineraryOf(reading, now, colors)];
  return [...parts, '', ...eventsOf(reading, colors), ...nextOf(reading)].join('\n');
}

function headOf({ saga, session, outcome }: SagaReading, now: number): [string, string][] {
  const { data, createdAt, error, respond, undoes, forced } = saga;
  const end = outcome ? [`${timeText(outcome.time)}, after ${formatDuration(outcome.time - createdAt)}`] : [];
  const isLost = !session && !outcome;
  return [
    ['data', formatValue(data, 100)],
    ['started', `${timeText(createdAt)}, ${formatDuration(now - createdAt)} ago`],
    ...end.map((text): [string, string] => ['ended', text]),
    ...(session ? [['session', standingText(session)] as [string, string]] : []),
    ...(isLost ? [['session', 'removed by hand, before the saga had ended'] as [string, string]] : []),
    ...(undoes === undefined ? [] : [['undoes', printable(undoes)] as [string, string]]),
    ...(respond === undefined ? [] : [['answers', `to ${printable(respond)}`] as [string, string]]),
    ...(error === undefined ? [] : [['why', printable(error)] as [string, string]]),
    ...(forced === undefined ? [] : [['forced', `to be ${forced}`] as [string, string]]),
  ];
}

/** Steps in their order, those of a group in brackets; what undoes a step right below it. */
function itineraryOf(reading: SagaReading, now: number, colors: Colors): string {
  const { itinerary = [], steps } = reading.saga;
  const begins = beginnings(reading);
  const rows = itinerary.flatMap((group) => {
    const own = group.flatMap((name) => {
      const step = steps.get(name);
      return step ? sidesOf(step).map((side) => ({ step, side })) : [];
    });
    return own.map(({ step, side }, i) => {
      const bracket = group.length === 1 ? ' ' : i === 0 ? '┌' : i === own.length - 1 ? '└' : '│';
      const began = begins.get(`${side} ${step.name}`);
      return [`  ${bracket} ${nameText(step, side, colors)}`, ...cellsOf(step, side, { began, now, reading, colors })];
    });
  });
  return rows.length === 0 ? '  none yet: its first turn is to come' : formatTable(rows);
}

function sidesOf({ undo }: StepProgress): readonly StepSide[] {
  return undo.status === 'waiting' ? ['do'] : ['do', 'undo'];
}

const marks: Readonly<Record<SideProgress['status'], string>> = {
  waiting: '·',
  begun: '▸',
  retrying: '↻',
  done: '✓',
  failed: '✗',
  skipped: '–',
};

function nameText(step: StepProgress, side: StepSide, colors: Colors): string {
  const { status } = step[side];
  const mark = status === 'done' && side === 'undo' ? '↩' : marks[status];
  const name = `${mark} ${side === 'do' ? printable(step.name) : 'undo'}`;
  const text = side === 'do' ? name : `  ${name}`;
  if (status === 'failed') return colors.bad(text);
  return status === 'waiting' ? colors.dim(text) : text;
}

interface RowContext {
  readonly began: number | undefined;
  readonly now: number;
  readonly reading: SagaReading;
  readonly colors: Colors;
}

function cellsOf(step: StepProgress, side: StepSide, { began, now, reading, colors }: RowContext): string[] {
  const progress = step[side];
  const { status, endedAt } = progress;
  const attempts = attemptsOf(progress);
  const isOver = reading.session === undefined;
  if (status === 'waiting')
    return [colors.dim(isOver || reading.phase !== 'running' ? 'not begun' : 'waits'), '', '', '', ''];
  const from = began ?? progress.beganAt ?? endedAt ?? now;
  return [
    statusText(progress, reading, now),
    attempts === 0 ? '' : plural(attempts, 'attempt'),
    colors.dim(timeText(from)),
    formatDuration((status === 'begun' && !isOver ? now : (endedAt ?? from)) - from),
    detailOf(step, side, reading.phase),
  ];
}

function statusText({ status }: SideProgress, { session }: SagaReading, now: number): string {
  if (status === 'retrying') return session ? 'retrying' : 'failed';
  if (status !== 'begun') return status;
  if (!session) return 'no end known';
  // Nobody leads it, and nothing is to be done yet: it was asked.
  return session.status === 'stored' && session.due > now ? 'asked' : 'under way';
}

function detailOf(step: StepProgress, side: StepSide, phase: SagaPhase): string {
  const { error, status, due, maybe, result } = step[side];
  const again = status === 'retrying' && due !== undefined ? `again at ${timeText(due)}: ` : '';
  if (error !== undefined) return `${again}${printable(error)}${perhaps(maybe)}`;
  const mayHaveHappened = step.do.status === 'done' || step.do.maybe;
  const isLeft = side === 'do' && step.undo.status === 'waiting' && mayHaveHappened && /^(comp|fail)/.test(phase);
  const given = result === undefined || result === null ? '' : formatValue(result, 40);
  return [given, isLeft ? 'not undone' : ''].filter((part) => part !== '').join(', ');
}

/** When the first attempt of each side of each step began, in ms since 1970. */
function beginnings({ log }: SagaReading): ReadonlyMap<string, number> {
  const found = new Map<string, number>();
  for (const { event, time } of log) {
    if (event.event !== 'began') continue;
    const name = `${event.side} ${event.step}`;
    if (!found.has(name)) found.set(name, time);
  }
  return found;
}

function eventsOf({ log, outcome, phase }: SagaReading, colors: Colors): string[] {
  const listed = log.slice(-eventsListed);
  const rows = listed.map(({ event, position, time, actor, reason }) => [
    `  ${position}`,
    colors.dim(timeText(time)),
    `${sagaEventText(event)}${byText(actor, reason)}`,
  ]);
  if (outcome) rows.push([`  ${outcome.position}`, colors.dim(timeText(outcome.time)), `ended ${phase}`]);
  const left = log.length - listed.length;
  const title =
    left === 0 ? 'events, oldest first:' : `events, oldest first; ${left} earlier ones left out, --json has all:`;
  return [title, formatTable(rows)];
}

/** Formats the actor and the reason. */
function byText(actor: string | undefined, reason: string | undefined): string {
  const by = actor === undefined ? '' : `, by ${printable(actor)}`;
  return `${by}${reason === undefined ? '' : `: ${printable(reason)}`}`;
}

/** Lists the commands that a person can give to a saga. */
function nextOf({ saga, phase, session, outcome }: SagaReading): string[] {
  const id = shellQuote(saga.id);
  const waits = session?.status === 'parked';
  const commands = [
    ...(phase === 'failed' || waits ? [`txlog saga retry ${id} --reason "…"`] : []),
    ...(phase === 'failed' ? [`txlog saga skip ${id} --reason "…"`] : []),
    ...(phase === 'failed' ? [`txlog saga force ${id} --outcome compensated --reason "…"`] : []),
    ...(session && !waits ? [`txlog saga wait ${id}`] : []),
    ...(outcome ? [`txlog inspect ${outcome.position}`] : []),
  ];
  return commands.length === 0 ? [] : ['', ...commands.map((command) => `next: ${command}`)];
}
