import type { LoadedApp } from '../core/app/app.ts';
import type { HandlerRejection } from '../core/app/handler-terms.ts';
import type { ListedView, ViewAnswer, ViewCall, ViewDefinition } from '../core/app/view-definition.ts';
import { AssertionFailure } from '../core/base/assert.ts';
import { refusePromise, TxlogError } from '../core/base/errors.ts';
import { given } from '../core/base/given.ts';
import {
  copyJson,
  deepFreeze,
  findJsonProblem,
  isJsonObject,
  type JsonObject,
  type JsonValue,
  utf8Length,
} from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';
import type { Rejection } from '../core/fold/rejection.ts';
import type { Clock } from '../ports/clock.ts';
import type { Cut } from '../view/cut.ts';
import type { LongViewReader } from '../view/reader.ts';
import type { Steps } from '../view/turns.ts';
import { type ViewMoment, viewStates } from './view-states.ts';

/** The question to a view: as of which position, and who asks. */
export interface ViewOptions {
  /** As of this position; otherwise as of now. */
  readonly asOf?: number;
  /** The one who asks, and what is known of it. */
  readonly actor?: string;
  readonly claims?: JsonObject;
  readonly signal?: AbortSignal;
}

/** The views of an app, in the order of their names. */
export function listViews({ views = {} }: LoadedApp): readonly ListedView[] {
  return Object.keys(views)
    .sort()
    .map((view) => {
      const { summary, schema } = views[view] as ViewDefinition;
      return { view, ...given({ summary, schema: schemaText(schema) }) };
    });
}

/** Source: standardschema.dev, JSON Schema. Not every library has it. */
function schemaText(schema: ViewDefinition['schema']): JsonObject | undefined {
  if (schema === undefined || !('~standard' in schema)) return schema;
  const { jsonSchema } = schema['~standard'] as { jsonSchema?: { input(options: object): JsonObject } };
  try {
    return jsonSchema?.input({ target: 'draft-2020-12' });
  } catch {
    // It checks what no JSON Schema can say.
    return undefined;
  }
}

/**
 * Asks a view of the app.
 *
 * Errors: VIEW_NOT_FOUND; PARAMETERS_INVALID; POSITION_NOT_FOUND; KEY_INVALID; VIEW_FAILED when its code throws, takes too
 * long, or gives what is no JSON or too large; APP_INVALID when its schema throws.
 */
export async function answerView(
  env: LongViewReader & { readonly app: LoadedApp; readonly clock: Clock },
  { view: name, params }: { readonly view: string; readonly params: JsonObject },
  { asOf, actor, claims = {}, signal }: ViewOptions,
): Promise<ViewAnswer> {
  const { views = {} } = env.app;
  const view = Object.hasOwn(views, name) ? views[name] : undefined;
  if (!view) {
    const unknown = { word: name, known: Object.keys(views) };
    throw new TxlogError('VIEW_NOT_FOUND', `the app has no view ${JSON.stringify(name)}`, {
      unknown,
      next: ['txlog view'],
    });
  }
  const read = env.app.readParameters(name, params);
  if ('problem' in read) throw new TxlogError('PARAMETERS_INVALID', `parameters of ${name}: ${read.problem}`);
  const asked = { params: deepFreeze(read.params), actor, claims: deepFreeze(copyJson(claims)) };
  const run = new ViewRun(name, view, env.clock);
  return env.readSteps((cut) => run.answer(cut, momentOf(cut, asOf), asked), signal);
}

function momentOf(cut: Cut, asOf: number | undefined): ViewMoment {
  const { position, time } = cut.head;
  if (asOf === undefined || asOf === position) return { position, time };
  const record = cut.record(asOf);
  if (record) return { position: asOf, time: record.time };
  throw new TxlogError('POSITION_NOT_FOUND', `the log has no position ${asOf}: it ends at ${position}`);
}

/** A view at work: its own time is measured, not that of others who have their turns in between. */
class ViewRun {
  private readonly name: string;
  private readonly view: ViewDefinition;
  private readonly clock: Clock;
  private spent = 0;
  /** Undefined while others have their turn. */
  private since: number | undefined;

  constructor(name: string, view: ViewDefinition, clock: Clock) {
    this.name = name;
    this.view = view;
    this.clock = clock;
  }

  *answer(cut: Cut, moment: ViewMoment, asked: Pick<ViewCall, 'params' | 'actor' | 'claims'>): Steps<ViewAnswer> {
    this.spent = 0;
    const states = viewStates(cut, moment, () => this.look());
    const { position } = moment;
    const call = Object.freeze({ ...asked, position, time: moment.time });
    let result = this.guard(() => this.view.read(call, states));
    if (isSteps(result)) {
      const steps = result;
      for (;;) {
        const step = this.guard(() => steps.next());
        if (step.done) {
          result = step.value;
          break;
        }
        yield;
      }
    }
    return { view: this.name, position, ...this.guard(() => readResult(result)) };
  }

  /** Throws once it has had its time, and when it goes on reading after it has ended. */
  private look(): void {
    if (this.since === undefined) throw new Error('it reads states after it has answered');
    const ms = this.spent + this.clock.elapsed() - this.since;
    if (ms > limits.viewMsMax) throw new Error(`it took longer than ${limits.viewMsMax / 1_000} s`);
  }

  /** Runs users' code. What it throws is a failure of the view; an error of the engine stays what it is. */
  private guard<T>(run: () => T): T {
    this.since = this.clock.elapsed();
    try {
      const result = run();
      this.look();
      return result;
    } catch (error) {
      if (error instanceof TxlogError || error instanceof AssertionFailure) throw error;
      throw new TxlogError('VIEW_FAILED', `view ${this.name}: ${messageOf(error)}`, { cause: error });
    } finally {
      this.spent += this.clock.elapsed() - this.since;
      this.since = undefined;
    }
  }
}

function isSteps(result: unknown): result is Generator<void, unknown, void> {
  return Object.prototype.toString.call(result) === '[object Generator]';
}

function readResult(result: unknown): { readonly value: JsonValue } | { readonly rejection: Rejection } {
  refusePromise(result, 'read()');
  if (isRejection(result)) {
    const { code, reason, key } = result;
    const problem = findNameProblem(code, limits.typeBytesMax);
    if (problem) throw new Error(`read() refused with a code that ${problem}`);
    return { rejection: { code, reason: reason.slice(0, limits.reasonUnitsMax).toWellFormed(), ...given({ key }) } };
  }
  if (result === undefined) throw new Error('read() returned nothing');
  const problem = findJsonProblem(result, 'its answer');
  if (problem) throw new Error(`${problem.path}: ${problem.reason}`);
  const value = result as JsonValue;
  const bytes = utf8Length(JSON.stringify(value));
  if (bytes > limits.viewBytesMax)
    throw new Error(`its answer of ${bytes} bytes is over the limit of ${limits.viewBytesMax}`);
  return { value: copyJson(value) };
}

function isRejection(result: unknown): result is HandlerRejection {
  if (!isJsonObject(result) || result.rejected !== true) return false;
  return typeof result.code === 'string' && typeof result.reason === 'string';
}

function messageOf(thrown: unknown): string {
  try {
    const { message } = thrown as { readonly message?: unknown };
    return String(typeof message === 'string' ? message : thrown).slice(0, limits.reasonUnitsMax);
  } catch {
    return 'it threw something without a message';
  }
}
