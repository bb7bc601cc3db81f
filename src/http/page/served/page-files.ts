import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isUnchanged } from '../../route/conditional.ts';
import type { ServedRoute } from '../../route/route.ts';
import { pagesBelow } from '../parts/page-links.ts';
import { addPageHeaders } from './html-answer.tsx';

// They stand beside this file, wherever this is: in the sources, compiled, or in a bundle.
const files = [
  { name: 'style.css', type: 'text/css; charset=utf-8', place: new URL('./files/style.css', import.meta.url) },
  { name: 'live.js', type: 'text/javascript; charset=utf-8', place: new URL('./files/live.js', import.meta.url) },
  { name: 'icon.svg', type: 'image/svg+xml', place: new URL('./files/icon.svg', import.meta.url) },
] as const;

/** The files that pages use. They are no secret: an error that is a page looks like one, too. */
export const fileRoutes: readonly ServedRoute[] = files.map(({ name, type, place }) => {
  let read: { readonly text: string; readonly digest: string } | undefined;
  return {
    method: 'GET',
    path: `${pagesBelow}${name}`,
    isOpen: true,
    handle: async (_, request, reply) => {
      read ??= readPageFile(place);
      addPageHeaders(reply);
      if (isUnchanged(request, reply, read.digest)) return reply.send();
      return reply.type(type).send(read.text);
    },
  };
});

function readPageFile(place: URL): { readonly text: string; readonly digest: string } {
  const text = readFileSync(place, 'utf8');
  return { text, digest: createHash('sha256').update(text).digest('hex').slice(0, 32) };
}
