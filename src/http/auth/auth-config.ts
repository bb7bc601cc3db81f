import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { TxlogError } from '../../core/base/errors.ts';
import { forbiddenKeys, isJsonObject, type JsonObject, type JsonValue } from '../../core/base/json.ts';
import { parseJson } from '../../index.ts';
import { isLoopbackName } from '../frontend/listen-address.ts';

/** Which tokens are taken. */
export interface AuthConfig {
  /** Where the public keys are: a file, or the address of a key set. */
  readonly keys: { readonly file: string } | { readonly url: URL };
  readonly issuer: string;
  readonly audience: string;
  /** Only these: whatever a token says of itself. */
  readonly algorithms: readonly string[];
  /** Seconds by which the clocks of the issuer and of this machine may differ. */
  readonly toleranceSeconds: number;
  /** Claims that `authorize` and views see. Each record keeps them for ever, so that these have to be named. */
  readonly claims: readonly string[];
}

/** Algorithms with a public key: nobody who checks a token can make one. */
const knownAlgorithms = ['EdDSA', 'ES256', 'ES384', 'ES512', 'PS256', 'PS384', 'PS512', 'RS256', 'RS384', 'RS512'];
const defaultAlgorithms = ['EdDSA', 'ES256', 'PS256', 'RS256'];
const toleranceSecondsMax = 300;
const fields = ['keys', 'issuer', 'audience', 'algorithms', 'toleranceSeconds', 'claims'];

/** Reads the file of `--auth`. Errors: INPUT_NOT_FOUND; the JSON_ codes; USAGE with the field. */
export function readAuthConfig(file: string): AuthConfig {
  const config = parseJson(readText(file));
  if (!isJsonObject(config)) throw wrong(file, 'it is an object');
  for (const field of Object.keys(config)) if (!fields.includes(field)) throw wrong(file, `there is no field ${field}`);
  const { algorithms = defaultAlgorithms, toleranceSeconds = 5, claims = [] } = config;
  if (!Array.isArray(algorithms) || algorithms.length === 0 || !algorithms.every(isKnown))
    throw wrong(file, `algorithms are a list of ${knownAlgorithms.join(', ')}`);
  if (typeof toleranceSeconds !== 'number' || toleranceSeconds < 0 || toleranceSeconds > toleranceSecondsMax)
    throw wrong(file, `toleranceSeconds is a number from 0 to ${toleranceSecondsMax}`);
  if (!Array.isArray(claims) || !claims.every((name) => typeof name === 'string' && !forbiddenKeys.has(name)))
    throw wrong(file, 'claims are a list of names');
  return {
    keys: readKeys(file, textOf(file, config, 'keys')),
    issuer: textOf(file, config, 'issuer'),
    audience: textOf(file, config, 'audience'),
    algorithms: algorithms as readonly string[],
    toleranceSeconds,
    claims: claims as readonly string[],
  };
}

function readText(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new TxlogError('INPUT_NOT_FOUND', `--auth ${file} cannot be read`, { cause });
  }
}

function isKnown(algorithm: JsonValue): boolean {
  return typeof algorithm === 'string' && knownAlgorithms.includes(algorithm);
}

function textOf(file: string, config: JsonObject, field: string): string {
  const text = config[field];
  if (typeof text === 'string' && text !== '') return text;
  throw wrong(file, `${field} is a text, and has to be there`);
}

/** Keys that come over the net come from whoever they say: over TLS, or from this machine. */
function readKeys(file: string, text: string): AuthConfig['keys'] {
  if (!/^https?:/i.test(text)) return { file: resolve(dirname(file), text) };
  if (!URL.canParse(text)) throw wrong(file, 'keys is no address');
  const url = new URL(text);
  if (url.protocol === 'https:' || isLoopbackName(url.hostname)) return { url };
  throw wrong(file, 'keys come over https');
}

function wrong(file: string, why: string): TxlogError {
  return new TxlogError('USAGE', `--auth ${file}: ${why}`, {
    hint: 'It has the fields keys, issuer and audience; algorithms, toleranceSeconds and claims may be there.',
  });
}
