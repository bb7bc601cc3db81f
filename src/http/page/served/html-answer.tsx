import type { FastifyReply } from 'fastify';
import { render } from 'preact-render-to-string';
import { type PageContent, PageShell } from '../parts/shell.tsx';

/**
 * What a page may do: use the files of this frontend, and ask it. Nothing in it comes from elsewhere or stands in its text,
 * so that data which got past all else still could not act. Source: CSP level 3.
 */
const contentPolicy = [
  "default-src 'none'",
  "style-src 'self'",
  "script-src 'self'",
  "connect-src 'self'",
  "img-src 'self'",
  "form-action 'self'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join('; ');

/** Adds the headers that all answers for people have. */
export function addPageHeaders(reply: FastifyReply): FastifyReply {
  return (
    reply
      .header('content-security-policy', contentPolicy)
      // Paths hold ids and keys: no other site hears of them.
      .header('referrer-policy', 'same-origin')
      .header('cross-origin-opener-policy', 'same-origin')
      .header('cross-origin-resource-policy', 'same-origin')
  );
}

/** Answers a page. All of its text is escaped by what renders it. */
export function sendPage(reply: FastifyReply, page: PageContent, frontend: string): FastifyReply {
  const html = `<!doctype html>\n${render(<PageShell page={page} frontend={frontend} />)}`;
  return addPageHeaders(reply).type('text/html; charset=utf-8').send(html);
}
