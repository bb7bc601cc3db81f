import type { FastifyReply, FastifyRequest } from 'fastify';

/**
 * Says of which version an answer is, and whether the client has that one already: then `304` is the whole answer.
 * Source: RFC 9110, 13.1.2.
 */
export function isUnchanged(request: FastifyRequest, reply: FastifyReply, version: string): boolean {
  const tag = `"${version}"`;
  // It may be kept, and is asked for again each time.
  reply.header('etag', tag).header('cache-control', 'no-cache');
  const known = String(request.headers['if-none-match'] ?? '')
    .split(',')
    .map((one) => one.trim().replace(/^W\//, ''));
  if (!known.includes(tag) && !known.includes('*')) return false;
  reply.code(304);
  return true;
}
