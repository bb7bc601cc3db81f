import { errors, type JWTPayload, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { TxlogError } from '../../core/base/errors.ts';
import type { JsonObject } from '../../core/base/json.ts';
import { findNameProblem } from '../../core/base/key.ts';
import { limits } from '../../core/base/limits.ts';
import { findClaimsProblem } from '../../core/log/claims.ts';
import type { AuthConfig } from './auth-config.ts';
import { openKeySet } from './key-sets.ts';

/** The one who asks, as a token says. */
export interface Caller {
  readonly actor: string;
  /** Those claims of the token that the configuration names. */
  readonly claims: JsonObject;
  /** When the token ends, in ms since 1970. */
  readonly until: number;
}

/** Checks the tokens of requests. */
export class TokenCheck {
  private readonly config: AuthConfig;
  private readonly keys: JWTVerifyGetKey;

  /** Errors: USAGE of a key set that is none. */
  constructor(config: AuthConfig) {
    this.config = config;
    this.keys = openKeySet(config);
  }

  /** The one who asks. `header` is `Authorization`. Errors: AUTH_MISSING, AUTH_INVALID; SERVICE_FAILED without keys. */
  async callerOf(header: string | undefined): Promise<Caller> {
    const [, token] = /^Bearer +([\w.~+/-]+=*)$/i.exec(header ?? '') ?? [];
    if (token === undefined)
      throw new TxlogError('AUTH_MISSING', 'the request has no token: Authorization: Bearer TOKEN');
    const payload = await this.claimsOf(token);
    const { sub, exp } = payload;
    const problem = findNameProblem(sub, limits.actorBytesMax);
    if (problem !== undefined || exp === undefined) throw invalid('it names nobody who could be an actor');
    return { actor: String(sub), claims: this.keptOf(payload), until: exp * 1_000 };
  }

  private keptOf(payload: JWTPayload): JsonObject {
    const names = this.config.claims.filter((name) => Object.hasOwn(payload, name));
    const claims = Object.fromEntries(names.map((name) => [name, payload[name]])) as JsonObject;
    const problem = findClaimsProblem(claims);
    if (problem !== undefined) throw invalid(problem);
    return claims;
  }

  private async claimsOf(token: string): Promise<JWTPayload> {
    const { issuer, audience, algorithms, toleranceSeconds: clockTolerance } = this.config;
    const requiredClaims = ['exp', 'sub'];
    const options = { issuer, audience, algorithms: [...algorithms], clockTolerance, requiredClaims };
    try {
      return (await jwtVerify(token, this.keys, options)).payload;
    } catch (error) {
      throw toAuthError(error);
    }
  }
}

/** The token is wrong, unless the keys could not be had. */
function toAuthError(error: unknown): TxlogError {
  const isOfToken =
    error instanceof errors.JOSEError && !(error instanceof errors.JWKSTimeout) && error.code !== 'ERR_JOSE_GENERIC';
  if (isOfToken) return invalid(reasonOf(error), error);
  return new TxlogError('SERVICE_FAILED', 'the keys of the issuer cannot be had now', { cause: error });
}

function reasonOf(error: InstanceType<typeof errors.JOSEError>): string {
  if (error instanceof errors.JWTExpired) return 'it has expired';
  if (error instanceof errors.JWTClaimValidationFailed) return `its claim ${error.claim} does not fit`;
  if (error instanceof errors.JOSEAlgNotAllowed) return 'its algorithm is not taken here';
  if (error instanceof errors.JWKSNoMatchingKey) return 'no key of the issuer fits';
  return error instanceof errors.JWSSignatureVerificationFailed ? 'its signature is wrong' : 'it is no token';
}

function invalid(why: string, cause?: unknown): TxlogError {
  return new TxlogError('AUTH_INVALID', `the token is not valid: ${why}`, cause === undefined ? {} : { cause });
}
