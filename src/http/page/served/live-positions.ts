import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import type { Environment } from '../../../environment/environment.ts';
import { keepAlive, sendStreamHead, startEvents, untilGone } from '../../route/event-stream.ts';
import type { ServedRoute } from '../../route/route.ts';
import { pagesBelow } from '../parts/page-links.ts';

/** The shortest time between two events, in ms: a page is brought up to date no more often. */
const intervalMs = 500;

/** `GET /ui/live`: the position of the log whenever it has moved, as server-sent events. A page then asks for itself anew. */
export const liveRoute: ServedRoute = {
  method: 'GET',
  path: `${pagesBelow}live`,
  handle: async (frontend, request, reply) => {
    const { position } = await frontend.env.head();
    if (sendStreamHead(request, reply)) return reply;
    const { signal, release } = untilGone(frontend, request, reply);
    reply.hijack();
    const raw = startEvents(reply, position);
    const beat = keepAlive(raw);
    try {
      await tellPositions(frontend.env, raw, { position, signal });
    } finally {
      beat.stop();
      release();
      raw.end();
    }
  },
};

async function tellPositions(
  env: Environment,
  raw: ServerResponse,
  { position, signal }: { readonly position: number; readonly signal: AbortSignal },
): Promise<void> {
  const commits = env.commitSignal(signal);
  let told = position;
  try {
    while (!signal.aborted) {
      commits.arm();
      const { position: now } = await env.head();
      // A slow reader hears of the newest position later: those in between are of no use.
      if (now !== told && !raw.writableNeedDrain) {
        raw.write(`id: ${now}\nevent: position\ndata: ${now}\n\n`);
        told = now;
      }
      await commits.next();
      await pause(intervalMs, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    commits.stop();
  }
}
