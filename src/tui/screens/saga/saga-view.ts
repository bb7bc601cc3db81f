import type { MessageUnderWay, SagaReading, SideProgress, StepProgress, WaitChain } from '../../../index.ts';
import { attemptsOf } from '../../../shapes/saga.ts';
import { line, rule, type Span, type StyledLine, span, type Tone } from '../../line/styled-line.ts';
import { placeOfSession } from '../../model/places.ts';
import type { ScreenRow } from '../../model/screen.ts';
import { jsonLines } from '../../parts/json-lines.ts';
import { ageOf, clockOf, textRow } from '../../parts/row-parts.ts';

/** The surroundings in which the page of a saga is drawn. */
export interface SagaView {
  readonly now: number;
  readonly columns: number;
  readonly isAscii: boolean;
}

/** Sessions that have to do with a saga: those that wait for it, and those that carry its messages. */
export interface AroundSaga {
  readonly chain: WaitChain | undefined;
  readonly messages: readonly MessageUnderWay[];
}

/** A saga as a page: its itinerary with what undoes each step beside it, its data, what happened to it. */
export function sagaRows(reading: SagaReading, { chain, messages }: AroundSaga, view: SagaView): ScreenRow[] {
  const { columns, isAscii } = view;
  const title = (text: string): ScreenRow => ({
    ...textRow(`title ${text}`, rule(span(text, 'strong'), columns - 2, isAscii)),
    isTitle: true,
  });
  return [
    ...standing(reading, view).map((pieces, i) => textRow(`standing ${i}`, pieces)),
    title('Itinerary'),
    ...steps(reading, view),
    ...messages.map((message) => messageRow(message, view)),
    ...waiting(chain),
    title('Data'),
    ...jsonLines(reading.saga.data).map((pieces, i) => textRow(`data ${i}`, pieces)),
    title('History'),
    ...reading.log.map(historyRow),
  ];
}

const phaseTones: Readonly<Record<SagaReading['phase'], Tone>> = {
  ...{ running: 'good', compensating: 'warn', failed: 'bad', done: 'good', compensated: 'warn' },
};

function standing({ saga, phase, session, outcome }: SagaReading, { now }: SagaView): StyledLine[] {
  const pair = (name: string, ...value: readonly (Span | string)[]) =>
    line(span(` ${name.padEnd(8)} `, 'dim'), ...value);
  const ended = outcome ? `, ended ${ageOf(now - outcome.time)} ago` : '';
  const status = session ? `, ${session.status} for ${ageOf(now - session.since)}` : '';
  return [
    pair('saga', span(saga.id, 'key'), ` ${saga.type}, `, span(phase, phaseTones[phase]), status, ended),
    pair('started', `${ageOf(now - saga.createdAt)} ago`),
    ...(saga.error === undefined ? [] : [pair('why', span(saga.error, 'bad'))]),
    ...(saga.problem === undefined ? [] : [pair('problem', span(saga.problem, 'bad'))]),
    ...(saga.undoes === undefined ? [] : [pair('undoes', span(saga.undoes, 'key'))]),
    ...(saga.forced === undefined ? [] : [pair('forced', `to be ${saga.forced}`)]),
  ];
}

function steps({ saga, session }: SagaReading, view: SagaView): ScreenRow[] {
  const { itinerary = [] } = saga;
  if (itinerary.length === 0) return [textRow('steps', line(span(' none yet: its first turn is to come', 'dim')))];
  return itinerary.flatMap((group, n) =>
    group.flatMap((name) => {
      const step = saga.steps.get(name);
      if (!step) return [];
      const number = `${String(n + 1).padStart(2)}${group.length > 1 ? '+' : ' '}`;
      return stepRows(step, number, { ...view, isOver: session === undefined });
    }),
  );
}

interface StepView extends SagaView {
  readonly isOver: boolean;
}

/** A step, what undoes it, and why either failed. */
function stepRows(step: StepProgress, number: string, view: StepView): ScreenRow[] {
  const name = span(`${number} ${step.name.padEnd(18)} `, 'strong');
  const rows = [textRow(`step ${step.name}`, line(' ', name, ...sideParts(step.do, view)))];
  if (step.undo.status !== 'waiting')
    rows.push(
      textRow(`undo ${step.name}`, line(' ', span(`    ${'undo'.padEnd(18)} `), ...sideParts(step.undo, view))),
    );
  for (const side of [step.do, step.undo])
    if (side.error !== undefined && side.status !== 'done')
      rows.push(textRow(`error ${step.name} ${side === step.do}`, line('       ', span(side.error, 'bad'))));
  return rows;
}

const tones: Readonly<Record<SideProgress['status'], Tone>> = {
  ...{ waiting: 'dim', begun: 'strong', retrying: 'warn', done: 'good', failed: 'bad', skipped: 'warn' },
};

function sideParts(side: SideProgress, { now, isOver }: StepView): (Span | string)[] {
  const { status, beganAt, endedAt, due } = side;
  const end = endedAt ?? (isOver ? beganAt : now);
  const took = beganAt === undefined || end === undefined ? '' : ageOf(end - beganAt);
  const attempts = attemptsOf(side);
  return [
    span(status.toUpperCase() === 'BEGUN' ? 'RUNNING ' : status.padEnd(8), tones[status]),
    ` ${took.padStart(8)}`,
    attempts > 1 ? span(`  try ${attempts}`, 'warn') : '',
    status === 'retrying' && due !== undefined ? `  again at ${clockOf(due)}` : '',
    side.maybe && status !== 'done' ? span('  it may have happened', 'warn') : '',
  ];
}

/** A message that is on its way, or waits for its answer. */
function messageRow({ step, side, service, session }: MessageUnderWay, { now }: SagaView): ScreenRow {
  const { id, themeName, status, since, due, attempts, error } = session;
  const to = service === undefined ? `in queue ${themeName}` : `on its way to ${service}`;
  const again = status === 'stored' ? `, again at ${clockOf(due)}` : '';
  const tries = attempts > 1 ? `, try ${attempts}` : '';
  return {
    ...textRow(
      `message ${id}`,
      line(
        span(' message  ', 'dim'),
        `${step}${side === 'undo' ? ' undo' : ''} ${to}: `,
        span(`${status} for ${ageOf(now - since)}${again}${tries}`, status === 'parked' ? 'bad' : 'plain'),
        span(error === undefined ? '' : `  ${error}`, 'bad'),
      ),
    ),
    link: placeOfSession(id, themeName),
  };
}

function waiting(chain: WaitChain | undefined): ScreenRow[] {
  return (chain?.waiters ?? []).map(({ id, waitsFor, theme }) => ({
    ...textRow(`waiter ${id}`, line(span(' waits    ', 'dim'), span(id, 'key'), ` waits for ${waitsFor}`)),
    link: placeOfSession(id, theme),
  }));
}

function historyRow({ event, position, time, actor, reason }: SagaReading['log'][number], i: number): ScreenRow {
  const {
    event: name,
    step = '',
    side = '',
  } = event as { readonly event: string; readonly step?: string; readonly side?: string };
  const who = actor === undefined ? '' : ` by ${actor}`;
  return {
    ...textRow(
      `event ${i}`,
      line(
        span(` ${String(position).padStart(9)} `, 'key'),
        `${clockOf(time)} ${name} ${step}${side === 'undo' ? ' undo' : ''}`,
        span(`${who}${reason === undefined ? '' : `: ${reason}`}`, 'warn'),
      ),
    ),
    link: { screen: 'record', position, part: 'changes' },
  };
}
