import { sagaOfTheme } from '../../../core/app/saga.ts';
import { assertNever } from '../../../core/base/assert.ts';
import { sagaType } from '../../../core/log/record.ts';
import type { KeyReport, SagaReading, SideProgress, StateReading, StepSide } from '../../../index.ts';
import type { RequestWay, WayMoment, WayOperation } from '../../../pages/request-way.ts';
import { attemptsOf } from '../../../shapes/saga.ts';
import { formatDuration } from '../../../text/duration.ts';
import { formatCount, formatValue, plural, printable } from '../../../text/printable.ts';

/** How a station is drawn. */
export type StationMark = 'wait' | 'work' | 'good' | 'bad' | 'undo' | 'rest';

/** A key that a decision changed, in words. */
export interface KeyDelta {
  readonly key: string;
  readonly before: string;
  readonly after: string;
}

/** One stop on the way of a request. Its texts are safe to print. */
export interface Station {
  readonly mark: StationMark;
  /** 1 for what belongs to a saga, beside the way of the request itself. */
  readonly branch: 0 | 1;
  readonly title: string;
  /** More about it, in names of data. */
  readonly detail: string;
  readonly at?: Partial<WayMoment>;
  /** For how long after the station before, in words. */
  readonly since?: string;
  readonly keys: readonly KeyDelta[];
  /** Keys that are not among these. */
  readonly keysLeftOut: number;
  /** The decision that others point back to. */
  readonly isDecision?: boolean;
  /** It undoes the decision. */
  readonly undoes?: boolean;
}

type Plain = Omit<Station, 'branch' | 'keys' | 'keysLeftOut' | 'since'> &
  Partial<Pick<Station, 'keys' | 'keysLeftOut'>>;

const keysMax = 8;
const stepsMax = 40;
const valueColumns = 160;

/** The stops of a way, in the order of their time. */
export function stationsOf(way: RequestWay): readonly Station[] {
  const decided = decisionOf(way);
  const steps = way.sagas.flatMap((saga) => (isOwn(way, saga) ? stepsOf(saga) : []));
  const own = [operationsOf(way), steps, decided, responseOf(way), undoneOf(way)].flat();
  const started = way.sagas.flatMap((saga) => (isOwn(way, saga) ? [] : sagaStations(saga)));
  return withSpans(inOrder([...own.map((one) => onBranch(one, 0)), ...started.map((one) => onBranch(one, 1))]));
}

function isOwn({ id }: RequestWay, { saga }: SagaReading): boolean {
  return saga.id === id;
}

function onBranch(station: Plain, branch: 0 | 1): Station {
  return { keys: [], keysLeftOut: 0, ...station, branch };
}

/** By time; what has none, or the same one, stays behind what it came after. */
function inOrder(stations: readonly Station[]): readonly Station[] {
  let last = 0;
  const timed = stations.map((station) => {
    last = station.at?.time ?? last;
    return { station, time: last };
  });
  return timed.sort((a, b) => a.time - b.time).map(({ station }) => station);
}

function withSpans(stations: readonly Station[]): readonly Station[] {
  let before: number | undefined;
  return stations.map((station) => {
    const time = station.at?.time;
    const since =
      time === undefined || before === undefined || time - before < 1 ? undefined : `+${formatDuration(time - before)}`;
    before = time ?? before;
    return since === undefined ? station : { ...station, since };
  });
}

function operationsOf({ operations, leftOut, theme = '', report }: RequestWay): readonly Plain[] {
  const end = report?.record.position;
  // The record of the decision ends the session: that is told as the decision.
  // What is added to a saga is told as its steps.
  const isSaga = sagaOfTheme(theme) !== undefined;
  const isTold = ({ position, op }: WayOperation) => position !== end && !(isSaga && op === 'session.append');
  const shown = operations.filter(isTold);
  const all = shown.map((one) => operationOf(one, theme));
  if (leftOut === 0) return all;
  const half = Math.ceil(all.length / 2);
  const gap: Plain = { mark: 'rest', title: `${plural(leftOut, 'operation')} more`, detail: '' };
  return [...all.slice(0, half), gap, ...all.slice(half)];
}

function operationOf({ op, position, time, session }: WayOperation, theme: string): Plain {
  const at = { position, time };
  const error = session?.error === undefined ? '' : printable(session.error);
  switch (op) {
    case 'session.new':
      return {
        at,
        mark: 'wait',
        title: session?.status === 'behind' ? 'Queued behind another' : 'Queued',
        detail: printable(theme),
      };
    case 'session.lead':
      return {
        at,
        mark: 'work',
        title: `Led, attempt ${session?.attempts ?? 1}`,
        detail: printable(session?.operator ?? ''),
      };
    case 'session.store': {
      const due = session && session.due > time ? `again after ${formatDuration(session.due - time)}` : '';
      const detail = [due, error].filter((text) => text !== '').join(': ');
      return { at, mark: error === '' ? 'rest' : 'bad', title: error === '' ? 'Stored' : 'Failed', detail };
    }
    case 'session.park':
      return { at, mark: 'bad', title: 'Parked: it waits for a person', detail: error };
    case 'session.ready':
      return { at, mark: 'wait', title: 'Made ready', detail: '' };
    case 'session.remove':
      return { at, mark: 'rest', title: 'Removed from its queue', detail: '' };
    case 'session.append':
    case 'session.replace':
      return { at, mark: 'rest', title: op === 'session.append' ? 'Data added' : 'Data replaced', detail: '' };
    case 'session.turn':
      return { at, mark: 'work', title: 'A turn ended', detail: '' };
    default:
      return assertNever(op);
  }
}

function decisionOf({ report }: RequestWay): readonly Plain[] {
  if (!report) return [];
  const { record, keys } = report;
  const { position, time, outcome, rejection, type } = record;
  const isCommitted = outcome === 'committed';
  const saga = isCommitted ? 'Saga done' : 'Saga compensated';
  const own = isCommitted ? 'Committed' : `Rejected: ${printable(rejection?.code ?? '')}`;
  const title = type === sagaType ? saga : own;
  const detail = isCommitted ? printable(type) : printable(rejection?.reason ?? '');
  return [
    {
      ...{ at: { position, time }, mark: isCommitted ? 'good' : 'bad', title, detail, isDecision: true },
      ...(isCommitted && {
        keys: keys.slice(0, keysMax).map(deltaOf),
        keysLeftOut: Math.max(0, keys.length - keysMax),
      }),
    },
  ];
}

function deltaOf({ key, before, after }: KeyReport): KeyDelta {
  return { key: printable(key), before: valueInLine(before), after: valueInLine(after) };
}

/** The value of a state in a line, with its owner. */
function valueInLine(state: StateReading | undefined): string {
  if (!state) return '(none)';
  const pending = state.pending && !state.pending.expired ? ' (not confirmed)' : '';
  return `${formatValue(state.value, valueColumns)}${pending}`;
}

function responseOf({ response }: RequestWay): readonly Plain[] {
  if (!response) return [];
  const { theme, position, time, taken } = response;
  const put: Plain = { at: { position, time }, mark: 'wait', title: 'Response queued', detail: printable(theme) };
  return taken ? [put, { at: taken, mark: 'rest', title: 'Response taken', detail: '' }] : [put];
}

function undoneOf({ undone }: RequestWay): readonly Plain[] {
  if (!undone) return [];
  const { id, position, time } = undone;
  return [{ at: { position, time }, mark: 'undo', title: 'Undone', detail: `by ${printable(id)}`, undoes: true }];
}

/** A saga that the request started, beside its way. */
function sagaStations(reading: SagaReading): readonly Plain[] {
  const { saga, phase, outcome } = reading;
  const at = { time: saga.createdAt };
  const begun: Plain = { at, mark: 'work', title: `Saga ${printable(saga.type)}`, detail: printable(saga.id) };
  const isBad = phase === 'failed' || phase === 'compensated' || phase === 'compensating';
  const end: Plain = {
    ...(outcome && { at: { position: outcome.position, time: outcome.time } }),
    mark: isBad ? 'bad' : phase === 'done' ? 'good' : 'wait',
    title: `Saga ${phase}`,
    detail: saga.error === undefined ? '' : printable(saga.error),
  };
  return [begun, ...stepsOf(reading), end];
}

function stepsOf({ saga }: SagaReading): readonly Plain[] {
  const sides = [...saga.steps.values()].flatMap(({ name, ...step }) => [
    ...sideOf(name, 'do', step.do),
    ...sideOf(name, 'undo', step.undo),
  ]);
  const timeOf = ({ at }: Plain) => at?.time ?? Number.POSITIVE_INFINITY;
  const ordered = sides.sort((a, b) => timeOf(a) - timeOf(b));
  const left = ordered.length - stepsMax;
  const more: Plain[] = left > 0 ? [{ mark: 'rest', title: `${plural(left, 'step')} more`, detail: '' }] : [];
  return [...ordered.slice(0, stepsMax), ...more];
}

const marksOfSide: Readonly<Record<SideProgress['status'], StationMark>> = {
  waiting: 'rest',
  begun: 'work',
  retrying: 'bad',
  done: 'good',
  failed: 'bad',
  skipped: 'rest',
};

function sideOf(name: string, side: StepSide, progress: SideProgress): readonly Plain[] {
  const { status, beganAt, endedAt, error } = progress;
  if (status === 'waiting') return [];
  const time = endedAt ?? beganAt;
  const attempts = attemptsOf(progress);
  const tried = attempts > 1 ? `, ${formatCount(attempts)} attempts` : '';
  const mark = side === 'undo' && status === 'done' ? 'undo' : marksOfSide[status];
  const title = `${side === 'do' ? 'Step' : 'Undoing'} ${printable(name)}: ${status}${tried}`;
  return [
    { ...(time !== undefined && { at: { time } }), mark, title, detail: error === undefined ? '' : printable(error) },
  ];
}
