import { expect } from 'vitest';
import type { StepSide } from '../../../src/core/app/saga.ts';
import type { SagaLogEntry, SagaReading } from '../../../src/sagas/read/saga-report.ts';
import { counterOf, typesOf } from './app.ts';
import type { StepPlan } from './plans.ts';
import type { Play } from './play.ts';

/** What the log tells of one side of a step, read without the engine's own fold. */
interface Told {
  /** How often it began. A request to the engine has no such word: it has only an end. */
  began: number;
  /** An attempt is under way, or came to an end that nobody knows. */
  isOpen: boolean;
  isUnknown: boolean;
  isOver: boolean;
  isSkipped: boolean;
}

function mayHaveHappened({ isOver, isOpen, isUnknown }: Told): boolean {
  return isOver || isOpen || isUnknown;
}

/** Checks one saga: its log against the rules, its end against the log, and the world against both. */
class Oracle {
  private readonly play: Play;
  private readonly reading: SagaReading;
  /** The saga that this one undoes. */
  private readonly original: SagaReading | undefined;
  private readonly groups: readonly (readonly StepPlan[])[];
  private readonly told = new Map<string, Told>();
  private hasTurned = false;
  private forced: string | undefined;

  constructor(play: Play, reading: SagaReading, original?: SagaReading) {
    this.play = play;
    this.original = original;
    this.reading = reading;
    this.groups = typesOf(play.story).get(reading.saga.type)?.groups ?? [];
  }

  /** What is wrong, in words. */
  async problems(): Promise<readonly string[]> {
    const problems: string[] = [];
    const say = (problem: string | undefined) => problem !== undefined && problems.push(`${this.id}: ${problem}`);
    if (this.original) {
      for (const entry of this.original.log) this.follow(entry);
      this.hasTurned = true;
      this.forced = undefined;
    }
    for (const entry of this.reading.log) say(this.follow(entry));
    const { phase, outcome } = this.reading;
    if (outcome) {
      say(this.endProblem());
      for (const step of this.steps) {
        say(this.worldProblem(step));
        say(await this.counterProblem(step));
        say(await this.childProblem(step));
      }
    } else if (phase === 'done' || phase === 'compensated') say(`is ${phase} without an outcome`);
    for (const problem of [...this.callProblems(), ...this.repeatProblems()]) say(problem);
    return problems;
  }

  private get id(): string {
    return this.reading.saga.id;
  }

  /** The name that the world knows it by. */
  private get named(): string {
    return this.original?.saga.id ?? this.id;
  }

  private get log(): readonly SagaLogEntry[] {
    return [...(this.original?.log ?? []), ...this.reading.log];
  }

  private get steps(): readonly StepPlan[] {
    return this.groups.flat();
  }

  private of(step: string, side: StepSide): Told {
    const key = `${side} ${step}`;
    const nothing = { began: 0, isOpen: false, isUnknown: false, isOver: false, isSkipped: false };
    const told = this.told.get(key) ?? nothing;
    this.told.set(key, told);
    return told;
  }

  /** Takes in what happened next; tells what rule it breaks. */
  private follow({ event }: SagaLogEntry): string | undefined {
    switch (event.event) {
      case 'began': {
        const problem = this.beginProblem(event.step, event.side);
        const told = this.of(event.step, event.side);
        told.began += 1;
        told.isUnknown ||= told.isOpen;
        told.isOpen = true;
        return problem;
      }
      case 'did': {
        const told = this.of(event.step, event.side);
        // A request begins and ends at once.
        const problem = told.began === 0 ? this.beginProblem(event.step, event.side) : undefined;
        told.isOver = true;
        return problem;
      }
      case 'failed': {
        const told = this.of(event.step, event.side);
        if (event.happened === 'maybe') told.isUnknown = true;
        if (told.isOver || told.isSkipped) return undefined;
        told.isOpen = false;
        if (event.next === 'turn') this.hasTurned = true;
        return undefined;
      }
      case 'skip':
        this.of(event.step, event.side).isSkipped = true;
        return undefined;
      case 'compensate':
        this.hasTurned = true;
        return undefined;
      case 'force':
        this.forced = event.outcome;
        return undefined;
      default:
        return undefined;
    }
  }

  private beginProblem(step: string, side: StepSide): string | undefined {
    const group = this.groups.findIndex((steps) => steps.some(({ name }) => name === step));
    if (this.isSettled(step, side)) return `${side} of ${step} begins after it was done, or skipped`;
    if (this.forced) return `${side} of ${step} begins after it was forced`;
    if (side === 'do') {
      if (this.hasTurned) return `${step} begins after it turned back`;
      const open = this.groups
        .slice(0, group)
        .flat()
        .find(({ name }) => !this.isSettled(name, 'do'));
      return open && `${step} begins before ${open.name} is done`;
    }
    if (!this.hasTurned) return `${step} is undone while it runs`;
    if (!mayHaveHappened(this.of(step, 'do'))) return `${step} is undone and did not happen`;
    const open = this.groups
      .slice(group + 1)
      .flat()
      .find((other) => this.needsUndo(other));
    return open && `${step} is undone before ${open.name} is`;
  }

  private isSettled(step: string, side: StepSide): boolean {
    const { isOver, isSkipped } = this.of(step, side);
    return isOver || isSkipped;
  }

  private needsUndo({ name, do: forth, undo }: StepPlan): boolean {
    // What a saga did is undone by a saga, if by nothing else.
    const canBeUndone = undo !== undefined || forth.kind === 'saga';
    return canBeUndone && mayHaveHappened(this.of(name, 'do')) && !this.isSettled(name, 'undo');
  }

  private endProblem(): string | undefined {
    const { phase, outcome } = this.reading;
    if (this.forced) return phase === this.forced ? undefined : `is ${phase}, and was forced to be ${this.forced}`;
    if (outcome?.outcome === 'committed' && !this.original) {
      const open = this.steps.find(({ name }) => !this.isSettled(name, 'do'));
      if (phase !== 'done' || this.hasTurned) return `is ${phase}, has turned back, and is committed`;
      return open && `is done without ${open.name}`;
    }
    const open = this.steps.find((step) => this.needsUndo(step));
    if (phase !== 'compensated' || !this.hasTurned) return `is ${phase}, and rejected without a turn`;
    return open && `is compensated without ${open.name}`;
  }

  /** What calls and questions did. */
  private worldProblem({ name, do: forth, undo }: StepPlan): string | undefined {
    const effect = this.play.callee.effect(this.named, name);
    if (effect.applied > 1) return `${name} was done ${effect.applied} times`;
    if (effect.undone > 1) return `${name} was undone ${effect.undone} times`;
    if (this.forced) return undefined;
    const [did, undid] = [this.of(name, 'do'), this.of(name, 'undo')];
    const isInWorld = forth.kind === 'run' || forth.kind === 'ask';
    const { phase } = this.reading;
    if (phase === 'done' && isInWorld && !did.isSkipped && effect.applied !== 1 && !this.isByHand(name))
      return `it is done, and ${name} was done ${effect.applied} times`;
    const isUndone = this.play.undone.has(this.id);
    if (phase === 'done' && effect.undone > 0 && !isUndone) return `it is done, and ${name} was undone`;
    if (phase !== 'compensated' || !undo || undo.kind === 'request' || undid.isSkipped) return undefined;
    if (effect.applied > 0 && effect.undone === 0) return `it is compensated, and ${name} is still there`;
    if (mayHaveHappened(did) && effect.undone === 0) return `it is compensated, and ${name} was not undone`;
    return undefined;
  }

  private isByHand(step: string): boolean {
    return this.reading.log.some(({ event, actor }) => event.event === 'did' && event.step === step && actor === 'eve');
  }

  /** What requests did: their outcome stands in the record that tells of it, so that they agree always. */
  private async counterProblem({ name, do: forth, undo }: StepPlan): Promise<string | undefined> {
    const did = forth.kind === 'request' && this.hasDone(name, 'do') ? 1 : 0;
    const undid = undo?.kind === 'request' && this.hasDone(name, 'undo') ? 1 : 0;
    if (this.play.undone.has(this.id)) return undefined;
    const { value = 0 } = (await this.play.person.get(counterOf(this.named, name))) ?? {};
    return value === did - undid ? undefined : `requests of ${name} count ${value}, not ${did - undid}`;
  }

  private hasDone(step: string, side: StepSide): boolean {
    return this.log.some(({ event }) => event.event === 'did' && event.step === step && event.side === side);
  }

  /** A saga of a step ends as the step did. */
  private async childProblem({ name, do: forth, undo }: StepPlan): Promise<string | undefined> {
    if (forth.kind !== 'saga' || this.forced) return undefined;
    const child = this.play.phases.get(`${this.id}/${name}`);
    const { phase } = this.reading;
    const isOwn = !this.of(name, 'do').isSkipped && !this.isByHand(name);
    if (phase === 'done' && isOwn && child !== 'done') return `is done, and the saga of ${name} is ${child}`;
    if (phase !== 'compensated' || undo || this.original || this.of(name, 'undo').isSkipped) return undefined;
    if (child !== 'done' || this.play.forcedIds.has(`${this.id}/${name}`)) return undefined;
    const undoing = this.play.phases.get(`${this.id}/${name}/undo`);
    return undoing === 'compensated' ? undefined : `is compensated, and the saga of ${name} is done`;
  }

  /** To a callee that knows no keys: while nothing dies, what was answered in time is not called again. */
  private repeatProblems(): readonly string[] {
    const { callee, story } = this.play;
    const isQuiet = story.troubles.length === 0 && !callee.received.some(({ fate }) => /^(die|stop)/.test(fate));
    if (!isQuiet) return [];
    const answered = new Set<string>();
    return callee.received
      .filter(({ saga }) => saga === this.named)
      .flatMap(({ key, fate }) => {
        const isRepeated = answered.has(key);
        if (fate === 'ok' || fate === 'slow' || fate === 'refuse') answered.add(key);
        return isRepeated ? [`${key} was called again after its answer`] : [];
      });
  }

  /** Of calls: what each was preceded by in the log that was there when it began. */
  private callProblems(): readonly string[] {
    const { callee } = this.play;
    const positions = new Map<string, number[]>();
    for (const { event, position } of this.log)
      if (event.event === 'began') {
        const key = `${event.side} ${event.step}`;
        positions.set(key, [...(positions.get(key) ?? []), position]);
      }
    return callee.received
      .filter(({ saga, step, key }) => saga === this.named && key.startsWith(`${this.id}/${step}`))
      .flatMap(({ step, side, head, key }) => {
        const began = positions.get(`${side} ${step}`) ?? [];
        return began.some((position) => position <= head) ? [] : [`${key} was called before it was known`];
      });
  }
}

async function problemsOf(play: Play, reading: SagaReading): Promise<readonly string[]> {
  const { undoes } = reading.saga;
  const original = undoes === undefined ? undefined : await play.person.sagas.get(undoes);
  // A person's word that all is undone holds for who would undo it, too.
  if (original?.saga.forced === 'compensated') return [];
  return new Oracle(play, reading, original).problems();
}

/** What one saga's check has to know of others. */
async function note(play: Play): Promise<void> {
  for (const { id, phase } of await play.sagas()) {
    const { saga } = await play.person.sagas.get(id);
    play.phases.set(id, phase);
    if (saga.undoes !== undefined) play.undone.add(saga.undoes);
    if (saga.forced) play.forcedIds.add(id);
  }
}

/** All that a play must have come to, once it has ended. */
export async function checkEnded(play: Play): Promise<void> {
  const { person } = play;
  const problems: string[] = [];
  const listed = await play.sagas();
  await note(play);
  for (const { id, phase } of listed) {
    const reading = await person.sagas.get(id);
    if (reading.phase !== phase) problems.push(`${id} is ${reading.phase}, and listed as ${phase}`);
    problems.push(...(await problemsOf(play, reading)));
  }
  expect(problems).toEqual([]);
  const ids = new Set(listed.map(({ id }) => id));
  expect([...play.started.keys()].filter((id) => !ids.has(id))).toEqual([]);
}

/** No saga is neither ended, nor asleep, nor waiting for a person; who waits for one is listed. */
export async function checkAtRest(play: Play): Promise<void> {
  const { person } = play;
  const stuck = new Set<string>();
  for await (const { id } of person.sagas.list({ stuck: true })) stuck.add(id);
  const problems: string[] = [];
  await note(play);
  for (const { id, phase, status, at } of await play.sagas()) {
    const reading = await person.sagas.get(id);
    problems.push(...(await problemsOf(play, reading)));
    if (status === undefined) continue;
    if (status === 'parked' ? !stuck.has(id) : status !== 'stored') problems.push(`${id} is ${status}`);
    if (status === 'stored' && !(at > person.now())) problems.push(`${id} is due since ${at}`);
    if (phase === 'failed' && status !== 'parked') problems.push(`${id} is failed, and ${status}`);
  }
  expect(problems).toEqual([]);
}
