import { findKeyProblem } from '../../../core/base/key.ts';
import type { Environment } from '../../../environment/environment.ts';
import { pathTo, pathWith } from '../parts/page-links.ts';
import { pageRoute } from '../served/page-route.ts';
import { readPositionIn } from './read-position.ts';

/** `GET /ui/open`: the page of whatever has a name: a request, a session, a key, a position; else the keys that begin so. */
export const openPage = pageRoute('/ui/open', [], async ({ frontend: { env }, name }) => {
  if (name === '') return { goTo: '/' };
  return { goTo: (await findPlace(env, name)) ?? pathWith('/ui/states', { prefix: name }) };
});

/** `GET /ui/positions/{position}`: the transaction there. */
export const positionPage = pageRoute('/ui/positions/*', [], async ({ frontend: { env }, name }) => {
  const position = readPositionIn({ position: name }, 'position') ?? 0;
  return { goTo: pathTo('transactions', (await env.transaction(position)).id) };
});

async function findPlace(env: Environment, name: string): Promise<string | undefined> {
  const id = await env.completeId(name, 'transaction', 'session').catch(() => name);
  const record = await env.find(id);
  if (record) return pathTo('transactions', record.id);
  if (await env.sessions.get(id)) return pathTo('sessions', id);
  if (findKeyProblem(name) === undefined && (await wasUsed(env, name))) return pathTo('states', name);
  const at = /^\d{1,15}$/.test(name) ? await env.find(Number(name)) : undefined;
  return at && pathTo('transactions', at.id);
}

async function wasUsed(env: Environment, key: string): Promise<boolean> {
  for await (const _ of env.records({ key }, { limit: 1 })) return true;
  return false;
}
