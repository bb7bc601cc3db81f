import { readFileSync, statSync } from 'node:fs';
import { createLocalJWKSet, createRemoteJWKSet, errors, type JSONWebKeySet, type JWTVerifyGetKey } from 'jose';
import { TxlogError } from '../../core/base/errors.ts';
import type { AuthConfig } from './auth-config.ts';

/** From asking for keys until it is given up, until they are asked for again at most, and at least, in ms. */
const remote = { timeoutDuration: 5_000, cacheMaxAge: 600_000, cooldownDuration: 30_000 };

/** The public keys of the issuer. New ones are taken while the frontend runs. Errors: USAGE of a file that has none. */
export function openKeySet({ keys }: AuthConfig): JWTVerifyGetKey {
  if ('url' in keys) return createRemoteJWKSet(keys.url, remote);
  let read = readKeyFile(keys.file);
  return async (...asked) => {
    try {
      return await read.find(...asked);
    } catch (error) {
      // A key that is not known may have come since.
      if (!(error instanceof errors.JWKSNoMatchingKey) || changedAt(keys.file) === read.changed) throw error;
      read = readKeyFile(keys.file);
      return read.find(...asked);
    }
  };
}

function readKeyFile(file: string): { readonly find: JWTVerifyGetKey; readonly changed: number } {
  try {
    const changed = changedAt(file);
    return { find: createLocalJWKSet(JSON.parse(readFileSync(file, 'utf8')) as JSONWebKeySet), changed };
  } catch (cause) {
    throw new TxlogError('USAGE', `--auth: ${file} is no key set`, { cause, hint: 'It is a JWKS: {"keys":[…]}.' });
  }
}

function changedAt(file: string): number {
  return statSync(file).mtimeMs;
}
