import { isIP } from 'node:net';
import type { FastifyRequest } from 'fastify';
import { TxlogError } from '../../core/base/errors.ts';
import { isLoopbackName } from '../frontend/listen-address.ts';

/**
 * Refuses what a page of another site asks for in somebody's browser: a name that was made to lead here (DNS rebinding), and
 * a page of another origin. An address cannot be made to lead elsewhere; whoever asks by a unix socket is no browser.
 *
 * Errors: HOST_REFUSED.
 */
export function refuseForeign(
  { headers }: Pick<FastifyRequest, 'headers'>,
  { hosts, isSocket }: { readonly hosts: ReadonlySet<string> | 'any'; readonly isSocket: boolean },
): void {
  if (isSocket) return;
  const host = nameOfHost(headers.host ?? '');
  const isOurs = hosts === 'any' || isIP(host) !== 0 || isLoopbackName(host) || hosts.has(host);
  if (!isOurs)
    throw new TxlogError('HOST_REFUSED', 'this frontend does not answer to the host that the request names', {
      hint: 'Name it: txlog serve --host NAME.',
    });
  const { origin } = headers;
  if (origin === undefined) return;
  const from = URL.canParse(origin) ? new URL(origin).host : '';
  if (from !== headers.host) throw new TxlogError('HOST_REFUSED', 'the request comes from a page of another site');
}

/** The name in a header `Host`, without its port. */
function nameOfHost(header: string): string {
  const [, bracketed, name = ''] = /^(?:\[([^\]]*)\]|([^:]*))(?::\d*)?$/.exec(header.toLowerCase()) ?? [];
  return bracketed ?? name;
}
