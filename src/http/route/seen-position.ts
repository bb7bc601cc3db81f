import type { FastifyReply } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { limits } from '../../core/base/limits.ts';
import type { Frontend } from '../frontend/frontend.ts';
import { readWait } from './preferences.ts';
import { waitingFor } from './waiting.ts';

/** A client that wants to see at least what it wrote: `?after=POSITION`, and how long it waits for that. */
export interface SeenOptions {
  readonly after?: number;
  readonly wait?: string;
}

/** Waits until the log has a position. Errors: WAIT_TIMEOUT. */
export async function untilSeen(frontend: Frontend, reply: FastifyReply, { after, wait }: SeenOptions): Promise<void> {
  const { env } = frontend;
  if (after === undefined || (await env.head()).position >= after) return;
  const waitMs = wait === undefined ? limits.httpWaitMs : readWait(wait);
  const waiting = waitingFor(frontend, reply, { isAsync: false, waitMs });
  const commits = env.commitSignal(waiting.until);
  try {
    while (!waiting.until.aborted) {
      commits.arm();
      if ((await env.head()).position >= after) return;
      await commits.next();
    }
  } finally {
    commits.stop();
    waiting.release();
  }
  throw new TxlogError('WAIT_TIMEOUT', `the log did not come to position ${after} in time`);
}
