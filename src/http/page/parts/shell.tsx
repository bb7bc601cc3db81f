import type { ComponentChildren, VNode } from 'preact';
import { printable } from '../../../text/printable.ts';

/** The parts of the site that its navigation names. */
const sections = [
  { path: '/', name: 'Overview' },
  { path: '/ui/queues', name: 'Queues' },
  { path: '/ui/stuck', name: 'Stuck' },
  { path: '/ui/log', name: 'Log' },
  { path: '/ui/states', name: 'States' },
] as const;

/** A page, without what all of them have. */
export interface PageContent {
  readonly title: string;
  readonly section?: (typeof sections)[number]['name'];
  /** Where the same is as JSON. */
  readonly json?: string;
  /** Whether it changes while somebody looks at it: an earlier page of a list does not. */
  readonly isLive: boolean;
  readonly body: ComponentChildren;
}

/** A whole page. It is complete without its script, which only brings it up to date. */
export function PageShell({ page, frontend }: { readonly page: PageContent; readonly frontend: string }): VNode {
  const { title, section, json, isLive, body } = page;
  return (
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>{`${printable(title)} · txlog`}</title>
        <link rel="icon" href="/ui/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/ui/style.css" />
        <script src="/ui/live.js" defer />
      </head>
      <body>
        <a class="skip" href="#main">
          Skip to the content
        </a>
        <Header section={section} />
        <main id="main" tabindex={-1} data-live={isLive ? 'yes' : undefined}>
          {body}
        </main>
        <footer>
          <p>
            Frontend <bdi>{frontend}</bdi>. Nothing can be changed here.
          </p>
          <ul class="plain">
            {json !== undefined && (
              <li>
                <a href={json}>This page as JSON</a>
              </li>
            )}
            <li>
              <a href="/v1/openapi.json">API document</a>
            </li>
          </ul>
        </footer>
      </body>
    </html>
  );
}

function Header({ section }: { readonly section: PageContent['section'] }): VNode {
  return (
    <header>
      <a class="brand" href="/">
        txlog
      </a>
      <nav aria-label="Pages">
        <ul class="plain">
          {sections.map(({ path, name }) => (
            <li key={path}>
              <a href={path} aria-current={name === section ? 'page' : undefined}>
                {name}
              </a>
            </li>
          ))}
        </ul>
      </nav>
      <search class="find">
        <form action="/ui/open" method="get">
          <label class="unseen" for="find">
            Find a request, a session or a key
          </label>
          <input id="find" name="name" type="search" placeholder="Find an id or a key" required autocomplete="off" />
          <button type="submit">Find</button>
        </form>
      </search>
      <div class="live" id="live" role="status" />
    </header>
  );
}
