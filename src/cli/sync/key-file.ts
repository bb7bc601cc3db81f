import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { TxlogError } from '../../core/base/errors.ts';
import { statFile } from '../frame/open-input.ts';

/** The Ed25519 key of a PEM file that signs. Errors: INPUT_NOT_FOUND, USAGE. */
export function readSignKey(file: string): KeyObject {
  return readKey(file, '--sign', (pem) => createPrivateKey(pem));
}

/** The Ed25519 key of a PEM file that signatures are checked with. Errors: INPUT_NOT_FOUND, USAGE. */
export function readVerifyKey(file: string): KeyObject {
  return readKey(file, '--verify-key', (pem) => createPublicKey(pem));
}

function readKey(file: string, flag: string, parse: (pem: Buffer) => KeyObject): KeyObject {
  statFile(file);
  let key: KeyObject | undefined;
  try {
    key = parse(readFileSync(file));
  } catch (cause) {
    throw wrongKey(file, flag, cause);
  }
  if (key.asymmetricKeyType !== 'ed25519') throw wrongKey(file, flag);
  return key;
}

function wrongKey(file: string, flag: string, cause?: unknown): TxlogError {
  return new TxlogError('USAGE', `${flag}: ${file} holds no Ed25519 key in PEM`, {
    cause,
    next: ['openssl genpkey -algorithm ed25519 -out KEY', 'openssl pkey -in KEY -pubout -out KEY.pub'],
  });
}
