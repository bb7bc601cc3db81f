import { readAuthConfig } from '../auth/auth-config.ts';
import { TokenCheck } from '../auth/token.ts';
import { clientOf, type RateLimit } from '../frontend/rate-limit.ts';
import type { Guard } from './hooks.ts';
import { refuseForeign } from './refuse-foreign.ts';

/** The settings of a guard. */
interface GuardOptions {
  readonly options: { readonly hosts: readonly string[]; readonly auth?: string };
  readonly rate: RateLimit | undefined;
  readonly isSocket: boolean;
}

/**
 * Makes the guard that decides who may ask: nobody of another site; those with a token, where tokens are wanted; and nobody too often.
 * Errors: those of `readAuthConfig`.
 */
export function makeGuard({ options, rate, isSocket }: GuardOptions): Guard {
  const tokens = options.auth === undefined ? undefined : new TokenCheck(readAuthConfig(options.auth));
  // A page that was made to lead here has no token.
  const hosts = tokens ? 'any' : new Set(options.hosts.map((host) => host.toLowerCase()));
  return async (request, isOpen) => {
    refuseForeign(request, { hosts, isSocket });
    if (isOpen) return;
    if (tokens) {
      const { actor, claims, until } = await tokens.callerOf(request.headers.authorization);
      Object.assign(request, { actor, claims, actorUntil: until });
    }
    rate?.take(clientOf(request));
  };
}
