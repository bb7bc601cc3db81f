import { setMaxListeners } from 'node:events';
import type { FastifyReply } from 'fastify';
import type { Waiting } from '../frontend/decide-requests.ts';
import type { Frontend } from '../frontend/frontend.ts';
import type { Preferences } from './preferences.ts';

/** How a client waits: as long as it wants, until it goes away, or the frontend ends. Release it. */
export function waitingFor(
  { ending }: Pick<Frontend, 'ending'>,
  reply: FastifyReply,
  { isAsync, waitMs }: Preferences,
): Waiting & { release(): void } {
  const over = new AbortController();
  setMaxListeners(0, over.signal);
  const end = () => over.abort();
  const timer = isAsync ? undefined : setTimeout(end, waitMs);
  reply.raw.once('close', end);
  ending.addEventListener('abort', end);
  if (ending.aborted || reply.raw.destroyed) end();
  return {
    until: over.signal,
    isAsync,
    release: () => {
      clearTimeout(timer);
      reply.raw.off('close', end);
      ending.removeEventListener('abort', end);
    },
  };
}
