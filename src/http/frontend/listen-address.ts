import { isIP } from 'node:net';
import { TxlogError } from '../../core/base/errors.ts';

/** Where a frontend listens. */
export type ListenAddress =
  | { readonly host: string; readonly port: number; readonly isLoopback: boolean }
  | { readonly path: string };

/** Reads `HOST:PORT`, `PORT`, `[::1]:PORT` or `unix:PATH`. Port 0 is any that is free. Errors: USAGE. */
export function readListenAddress(text: string): ListenAddress {
  const [, path] = /^unix:(.+)$/s.exec(text) ?? [];
  if (path !== undefined) return { path };
  const [, bracketed, name = bracketed ?? '127.0.0.1', port = ''] =
    /^(?:(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):)?(\d{1,5})$/.exec(text) ?? [];
  if (port === '' || Number(port) > 65_535 || (bracketed !== undefined && isIP(bracketed) !== 6)) {
    throw new TxlogError('USAGE', `--listen ${JSON.stringify(text)} is no address`, {
      hint: 'Use HOST:PORT, such as 127.0.0.1:8080 or [::1]:8080, or unix:PATH.',
    });
  }
  return { host: name, port: Number(port), isLoopback: isLoopbackName(name) };
}

/** Whether a name of a host is always this machine itself. */
export function isLoopbackName(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
