import { TxlogError } from '../../core/base/errors.ts';
import { connect, type RemoteEnvironment } from '../../index.ts';
import type { Reached } from '../reach/reached.ts';
import { toEnvironmentStanding, toKeyPage, toSessionPage } from './read-pages.ts';
import { RemoteSubmitter } from './remote-submitter.ts';

/** How often a call is tried until the first answer: a frontend that is not there is told at once, one that is replaced is waited for. */
const firstAttempts = 4;

/** The environment behind a frontend as commands reach it. Nothing is sent before the first call; `token` is asked before each. Errors: USAGE of an address. */
export function reachFrontend(address: string, token: () => string | undefined): Reached {
  const env = connect(address, { token, firstAttempts });
  return {
    ...{ calls: env, submitter: new RemoteSubmitter(env), isRemote: true },
    clockNow: Date.now,
    keyPage: async (key, part) => toKeyPage(await env.key(key, part)),
    sessionPage: async (id, part) => toSessionPage(await env.session(id, part)),
    standing: async () => toEnvironmentStanding(await env.status(), address),
    types: async () => toEnvironmentStanding(await env.status(), address).status,
    wasUsed: (key) => hasEntry(env, key),
    wasSession: (id) => isThere(env.session(id, { limit: 1 })),
  };
}

async function hasEntry(env: RemoteEnvironment, key: string): Promise<boolean> {
  for await (const _ of env.history(key, { limit: 1 })) return true;
  return false;
}

async function isThere(found: Promise<unknown>): Promise<boolean> {
  try {
    await found;
    return true;
  } catch (error) {
    if (error instanceof TxlogError && error.code === 'SESSION_GONE') return false;
    throw error;
  }
}
