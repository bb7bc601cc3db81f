/** All pages but the first one begin with it: nothing else of a frontend does. */
export const pagesBelow = '/ui/';

/** The kinds that have a page of their own for each name. */
export type NamedPage = 'transactions' | 'sessions' | 'states' | 'queues';

/** The path of the page of one name. */
export function pathTo(kind: NamedPage, name: string): string {
  const parts = name.split('/');
  // A browser takes `.` and `..` for folders, however they are written, and a balancer may join empty parts.
  if (/^\.{1,2}$/.test(name)) return pathWith(`${pagesBelow}${kind}`, { name });
  const isPlain = parts.every((part) => part !== '' && part !== '.' && part !== '..');
  return `${pagesBelow}${kind}/${isPlain ? parts.map(encodeURIComponent).join('/') : encodeURIComponent(name)}`;
}

/** The same resource as JSON, in the contract. */
export function contractJson(kind: 'transactions' | 'states' | 'history', name: string): string {
  return `/v1/${kind}/${encodeURIComponent(name)}`;
}

/** Parameters of a query; those that say nothing are left out. */
export type LinkQuery = Readonly<Record<string, string | number | readonly string[] | undefined>>;

/** A path with a query. */
export function pathWith(path: string, query: LinkQuery): string {
  const terms = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    const values = Array.isArray(value) ? value : [value];
    for (const one of values) if (one !== undefined && one !== '') terms.append(name, String(one));
  }
  const text = terms.toString();
  return text === '' ? path : `${path}?${text}`;
}
