import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Environment } from '../../environment/environment.ts';
import type { ResponseQueue } from '../../index.ts';
import { depthOf } from './queue-depths.ts';
import type { RequestAnswer } from './request-answer.ts';

/** Types of requests that are told apart; clients could make up any number. */
const typesMax = 100;
/** From answers out of memory to those that waited for a worker. */
const secondsOfBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** One answer to a request over HTTP. */
export interface Answered {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** The measurements of a frontend, in Prometheus' names: what it answered, and how the environment stands. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly types = new Set<string>();
  private readonly answers: Histogram<'method' | 'route' | 'status'>;
  private readonly requests: Counter<'type' | 'outcome' | 'code'>;
  private readonly standing: Standing;

  constructor(env: Environment, responses: ResponseQueue) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.answers = new Histogram({
      name: 'txlog_http_request_duration_seconds',
      help: 'Time from the head of a request over HTTP to the end of its answer.',
      labelNames: ['method', 'route', 'status'],
      buckets: secondsOfBuckets,
      registers,
    });
    this.requests = new Counter({
      name: 'txlog_requests_total',
      help: 'Requests that clients submitted, by type, outcome and code.',
      labelNames: ['type', 'outcome', 'code'],
      registers,
    });
    this.standing = new Standing(env, responses, this.registry);
  }

  /** Counts an answer. */
  answered({ method, route, status, seconds }: Answered): void {
    this.answers.observe({ method, route, status }, seconds);
  }

  /** Counts the outcome of a request. */
  decided(type: string, answer: RequestAnswer): void {
    if (this.types.size < typesMax) this.types.add(type);
    const label = this.types.has(type) ? type : 'other';
    this.requests.inc({ type: label, ...outcomeOf(answer) });
  }

  /** All of it, as text, and its media type. */
  async text(): Promise<{ readonly type: string; readonly body: string }> {
    await this.standing.read();
    return { type: this.registry.contentType, body: await this.registry.metrics() };
  }
}

/** Codes of an app are its own: as many as it has. */
function outcomeOf(answer: RequestAnswer): { readonly outcome: string; readonly code: string } {
  if ('error' in answer) return { outcome: 'error', code: answer.error.code };
  if ('accepted' in answer) return { outcome: 'accepted', code: '' };
  return { outcome: answer.receipt.outcome, code: answer.receipt.rejection?.code ?? '' };
}

/** How the environment and the frontend stand, read when somebody asks. */
class Standing {
  private readonly env: Environment;
  private readonly responses: ResponseQueue;
  private readonly depth: Gauge<'theme'>;
  private readonly oldest: Gauge<'theme'>;
  private readonly position: Gauge;
  private readonly tail: Gauge;
  private readonly workers: Gauge;
  private readonly waiting: Gauge;
  private readonly taken: Gauge<'result'>;

  constructor(env: Environment, responses: ResponseQueue, registry: Registry) {
    const registers = [registry];
    this.env = env;
    this.responses = responses;
    const labelNames = ['theme'] as const;
    const depth = 'Sessions of a theme that are not at their end.';
    this.depth = new Gauge({ name: 'txlog_queue_depth', help: depth, labelNames, registers });
    const oldest = 'Time since the session that is led next became due.';
    this.oldest = new Gauge({ name: 'txlog_queue_oldest_age_seconds', help: oldest, labelNames, registers });
    this.position = new Gauge({ name: 'txlog_log_position', help: 'Last position that is durable.', registers });
    const tail = 'Records of the log that the indexes on the disk do not have yet.';
    this.tail = new Gauge({ name: 'txlog_log_tail_records', help: tail, registers });
    const workers = 'Operators that show signs of life.';
    this.workers = new Gauge({ name: 'txlog_workers', help: workers, registers });
    const waiting = 'Requests whose outcome clients of this frontend wait for.';
    this.waiting = new Gauge({ name: 'txlog_frontend_waiting_requests', help: waiting, registers });
    const taken = 'Responses that were taken from the queue of this frontend, by what became of them.';
    this.taken = new Gauge({ name: 'txlog_frontend_responses', help: taken, labelNames: ['result'], registers });
  }

  async read(): Promise<void> {
    const { env, responses } = this;
    const queues = await env.sessions.queues();
    const { position, watermark } = await env.read(({ head, view }) => ({
      position: head.position,
      watermark: view.watermark,
    }));
    const now = env.now();
    for (const queue of queues) {
      const theme = queue.name;
      this.depth.set({ theme }, depthOf(queue));
      this.oldest.set({ theme }, queue.oldest ? Math.max(0, now - queue.oldest.due) / 1_000 : 0);
    }
    this.position.set(position);
    this.tail.set(position - watermark);
    this.workers.set(env.leases.all().filter(({ alive }) => alive).length);
    this.waiting.set(responses.size);
    for (const [result, count] of Object.entries(responses.counts)) this.taken.set({ result }, count);
  }
}
