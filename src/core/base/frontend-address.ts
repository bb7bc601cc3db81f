import { TxlogError } from './errors.ts';

/** The place of a frontend: a host and a port, with TLS or without; or the file of a unix socket. */
export type FrontendAddress =
  | { readonly host: string; readonly port: number; readonly isSecure: boolean; readonly origin: string }
  | { readonly path: string };

const forms = /^(?:https?|http\+unix):\/\/|^unix:/i;

/** Whether a text that names an environment is the address of a frontend, and no directory. `./unix:x` is a directory. */
export function isFrontendAddress(text: string): boolean {
  return forms.test(text);
}

/**
 * Reads `http://HOST:PORT`, `https://HOST`, `unix:PATH`, or `http+unix://PATH` with a PATH that is percent-encoded.
 *
 * Errors: USAGE; also of an address with a name and a password, which other users of the machine would see.
 */
export function readFrontendAddress(text: string): FrontendAddress {
  const path = socketPath(text);
  if (path !== undefined && path !== '') return { path };
  const url = /^https?:/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url && (url.username !== '' || url.password !== ''))
    throw new TxlogError('USAGE', 'an address of a frontend has no name and no password in it', {
      hint: 'A token comes from a file (--token-file, TXLOG_TOKEN_FILE), or from TXLOG_TOKEN.',
    });
  if (url?.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw new TxlogError('USAGE', `${JSON.stringify(text)} is no address of a frontend`, {
      hint: 'It is http://HOST:PORT, https://HOST, or unix:PATH.',
    });
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  return { host: url.hostname.replace(/^\[|\]$/g, ''), port, isSecure, origin: url.origin };
}

/** A text that is the same for each way to write the address of one frontend; any other text as it is. */
export function sameAddress(text: string): string {
  try {
    const address = readFrontendAddress(text);
    return 'path' in address ? `unix:${address.path}` : address.origin;
  } catch {
    // The call says that it is none.
    return text;
  }
}

function socketPath(text: string): string | undefined {
  const [, plain] = /^unix:(?:\/\/(?=\/))?(.+)$/is.exec(text) ?? [];
  if (plain !== undefined) return plain;
  const [, encoded] = /^http\+unix:\/\/([^/]+)\/?$/i.exec(text) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    // A text that is not encoded well names no file.
    return undefined;
  }
}
