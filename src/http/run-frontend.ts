import { setMaxListeners } from 'node:events';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import type { FastifyInstance } from 'fastify';
import { TxlogError } from '../core/base/errors.ts';
import { given, ifGiven } from '../core/base/given.ts';
import { limits } from '../core/base/limits.ts';
import { systemReason } from '../core/base/system-error.ts';
import type { Environment } from '../environment/environment.ts';
import { type Frontend, responseTheme } from './frontend/frontend.ts';
import { GatheredCalls } from './frontend/gathered-calls.ts';
import { type ListenAddress, readListenAddress } from './frontend/listen-address.ts';
import { LogFeed } from './frontend/log-feed.ts';
import { makeLogger } from './frontend/logger.ts';
import { Metrics } from './frontend/metrics.ts';
import { OverviewWatch } from './frontend/overview-watch.ts';
import { QueueDepths } from './frontend/queue-depths.ts';
import { RateLimit } from './frontend/rate-limit.ts';
import { expireUploads } from './frontend/upload-expiry.ts';
import { pageRoutes } from './page/page-routes.ts';
import { routes } from './routes/all-routes.ts';
import type { ServeOptions } from './serve-options.ts';
import { buildServer } from './server/build-server.ts';
import { makeGuard } from './server/guard.ts';
import { watchSilent } from './server/silent-connections.ts';
import { removeStaleSocket } from './server/stale-socket.ts';

/** A frontend that runs. */
export interface RunningFrontend {
  /** Where it listens: `http://127.0.0.1:8080`, or `unix:PATH`. */
  readonly url: string;
  /** Takes no new connections, answers what it has, and ends. */
  stop(): Promise<void>;
  /** Rejects when it cannot go on: the environment is gone, or another took its place. */
  readonly failed: Promise<never>;
}

/**
 * Starts a frontend on an open environment. Errors: USAGE of an address, or of one beyond the loopback where anyone may ask;
 * LISTEN_FAILED when it cannot be taken.
 */
export async function runFrontend(env: Environment, options: ServeOptions): Promise<RunningFrontend> {
  const address = readListenAddress(options.listen);
  refuseOpen(address, options);
  const rate = ifGiven(options.rate, (perSecond) => new RateLimit(perSecond, env.clock));
  const guard = makeGuard({ options, rate, isSocket: 'path' in address });
  const log = makeLogger(options.name, options.isQuiet);
  const stopping = new AbortController();
  const ending = new AbortController();
  // All who wait or follow listen to these.
  setMaxListeners(0, stopping.signal, ending.signal);
  const { promise: failed, reject: fail } = rejection();
  const theme = responseTheme(options.name);
  const responses = await env.takeResponses(theme, (err) => {
    log.error({ err }, 'responses');
    if (err instanceof TxlogError && err.code === 'ENV_NOT_FOUND') fail(err);
  });
  const { name, isDirect, queueMax = limits.httpDepthMax, takesDumps = false, hasPage = true } = options;
  const feed = new LogFeed(env, stopping.signal, (err) => log.error({ err }, 'feed'));
  const frontend: Frontend = {
    ...{
      env,
      name,
      isDirect,
      takesDumps,
      hasPage,
      responses,
      log,
      depths: new QueueDepths(env, queueMax),
      ...given({ rate }),
    },
    ...{
      calls: new GatheredCalls(env, theme),
      feed,
      metrics: new Metrics(env, responses),
      overviews: new OverviewWatch(env, stopping.signal),
      stopping: stopping.signal,
      ending: ending.signal,
      fail,
    },
  };
  const app = buildServer(frontend, hasPage ? [...routes, ...pageRoutes] : routes, guard);
  const takeSilent = watchSilent(app.server);
  const stopExpiry = expireUploads(env, (err) => log.error({ err }, 'uploads'));
  const stop = async () => {
    stopExpiry();
    stopping.abort();
    log.info({ waiting: responses.size }, 'draining');
    // To close a socket resets the connections that wait to be accepted: those who opened them would see an error.
    const endSilent = takeSilent();
    await pause(limits.httpLeaveMs);
    endSilent();
    await closeInTime(app, { drainMs: options.drainMs, end: () => ending.abort() });
    await responses.stop();
    log.info({ ...responses.counts }, 'stopped');
  };
  try {
    const url = await listen(app, address);
    log.info({ url, mode: isDirect ? 'direct' : 'queued' }, 'listening');
    return { url, stop, failed };
  } catch (error) {
    stopExpiry();
    await responses.stop();
    throw error;
  }
}

/** A promise that can only be rejected; nobody has to wait for it. */
function rejection(): { readonly promise: Promise<never>; readonly reject: (error: Error) => void } {
  let reject: (error: Error) => void = () => {};
  const promise = new Promise<never>((_, rejected) => {
    reject = rejected;
  });
  promise.catch(() => undefined);
  return { promise, reject };
}

function refuseOpen(address: ListenAddress, { isInsecure, auth, listen: text }: ServeOptions): void {
  if ('path' in address || address.isLoopback || isInsecure || auth !== undefined) return;
  throw new TxlogError('USAGE', `${text} is beyond this machine, and anyone there could ask`, {
    hint: 'Listen on the loopback, or on a unix socket, behind a balancer; say who may ask (--auth), or that anyone may (--insecure).',
  });
}

/** Answers all that was asked. `end` is called when those who wait are to be answered with what is known. */
async function closeInTime(
  app: FastifyInstance,
  { drainMs, end }: { readonly drainMs: number; readonly end: () => void },
): Promise<void> {
  const drained = setTimeout(end, drainMs);
  const closed = setTimeout(() => app.server.closeAllConnections(), drainMs + limits.httpCloseMs);
  await app.close();
  clearTimeout(drained);
  clearTimeout(closed);
}

async function listen(app: FastifyInstance, address: ListenAddress): Promise<string> {
  try {
    if ('path' in address) await removeStaleSocket(address.path);
    const where = 'path' in address ? { path: address.path } : { host: address.host, port: address.port };
    await app.listen(where);
  } catch (cause) {
    throw new TxlogError('LISTEN_FAILED', `cannot listen: ${systemReason(cause as Error)}`, { cause });
  }
  if ('path' in address) return `unix:${address.path}`;
  const { port } = app.server.address() as AddressInfo;
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  return `http://${host}:${port}`;
}
