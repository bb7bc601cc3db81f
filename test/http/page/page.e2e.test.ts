// Goal: in a real browser the page shows everything without its script, keeps itself up to date with it, fits narrow and wide
// windows, can be used by keys alone, and takes no data for code. Method: Debian's Chromium on frontends behind nginx.
import axe from 'axe-core';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { hasBalancer, Nginx } from '../nginx.ts';
import type { Site } from '../site.ts';
import { startServe } from '../started.ts';
import { openBrowser } from './chromium.ts';
import { hostile, long, openSample, queuedId, sagaId } from './sample-site.ts';

const hostileId = encodeURIComponent(hostile.id);
/** A page of each kind, and a text that is in it. */
const pages: Readonly<Record<string, string>> = {
  '/': 'Overview',
  '/ui/queues': 'mail/newsletter',
  '/ui/queues/mail/newsletter': 'mail-0',
  '/ui/stuck': '550 5.1.1 mailbox unavailable',
  '/ui/log': 'SAGA_COMPENSATED',
  '/ui/states': 'customer/007',
  '/ui/states/loan/1001': 'loan-1001',
  [`/ui/transactions/${queuedId}`]: 'Response taken',
  [`/ui/transactions/${sagaId}`]: 'Undoing pay: done',
  [`/ui/transactions/${hostileId}`]: hostile.id,
  '/ui/sessions/mail-1': 'customer-1@example.com',
  [`/ui/sessions/${hostileId}2`]: hostile.id,
  [`/ui/transactions/${encodeURIComponent(long.id)}`]: long.id,
  [`/ui/states/${long.key}`]: long.key,
  '/ui/states?prefix=nothing': 'There are none.',
  '/ui/transactions/nothing': 'TRANSACTION_NOT_FOUND',
};

let browser: Browser | undefined;
let site: Site;
let url: string;
let nginx: Nginx | undefined;

beforeAll(async () => {
  browser = await openBrowser();
  if (!browser) return console.warn('no browser is there: the page is not tested in one');
  ({ site, url } = await openSample());
  if (!hasBalancer('nginx')) return console.warn('nginx is not there: the page is not tested behind a balancer');
  const ports = [url, await site.serve({ name: 'b' }), await site.serve({ name: 'c' })].map((one) => new URL(one).port);
  nginx = await Nginx.start(site.dir, ports.map(Number));
  url = nginx.url;
});

afterAll(async () => {
  await browser?.close();
  await nginx?.stop();
  await site?.close();
});

async function withPage(options: BrowserContextOptions, use: (page: Page) => Promise<void>): Promise<void> {
  if (!browser) return;
  const context = await browser.newContext({ baseURL: url, ...options });
  const page = await context.newPage();
  const said: string[] = [];
  page.on('console', (message) => said.push(message.text()));
  page.on('pageerror', (error) => said.push(String(error)));
  await use(page);
  // An answer that is an error is told by the browser, too.
  expect(said.filter((text) => !text.startsWith('Failed to load resource'))).toEqual([]);
  await context.close();
}

const add = (id: string) => ({ id, type: 'tick', changes: [{ op: 'add' as const, key: 'ticks', value: 1 }] });

it('without its script all is there, and fits narrow and wide windows', async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    for (const [path, text] of Object.entries(pages)) {
      await page.goto(path);
      expect(await page.locator('main').textContent(), path).toContain(text);
      for (const width of [360, 1600]) {
        await page.setViewportSize({ width, height: 800 });
        const beyond = await page.evaluate(() => {
          for (const part of document.querySelectorAll('details')) part.open = true;
          const { right } = document.querySelector('main')?.getBoundingClientRect() ?? { right: 0 };
          const isWider = document.documentElement.scrollWidth > innerWidth;
          const shown = [...document.querySelectorAll('main *')].filter((one) => one.checkVisibility());
          const wide = shown.filter((one) => one.getBoundingClientRect().right > right + 1);
          return [...(isWider ? ['the page'] : []), ...wide.map((one) => one.outerHTML)];
        });
        expect([path, width, beyond]).toEqual([path, width, []]);
      }
    }
  });
});

it('with its script it takes no data for code', async () => {
  await withPage({}, async (page) => {
    for (const path of ['/', '/ui/log', ...Object.keys(pages).filter((one) => one.includes(hostileId))]) {
      await page.goto(path);
      await page.getByRole('heading', { level: 1 }).waitFor();
      expect(await page.evaluate('window.acted'), path).toBeUndefined();
    }
  });
});

it('without its script lists go on by links, and forms ask by themselves', async () => {
  await withPage({ javaScriptEnabled: false }, async (page) => {
    const column = (nth: number) => page.locator(`tbody tr > :nth-child(${nth})`).allInnerTexts();
    await page.goto('/ui/log');
    const newest = await column(1);
    await page.getByRole('link', { name: 'Older' }).click();
    const older = await column(1);
    expect(Number(older[0])).toBe(Number(newest.at(-1)) - 1);
    await page.goto('/ui/log');
    await page.getByLabel('Type').fill('loan.apply');
    await page.getByLabel('Outcome').selectOption('rejected');
    await page.getByRole('button', { name: 'Show' }).click();
    expect(await column(5)).toEqual(['taken']);
    await page.goto('/ui/states?prefix=customer/');
    expect((await column(1)).at(-1)).toBe('customer/049');
    await page.getByRole('link', { name: 'Next page' }).click();
    expect((await column(1))[0]).toBe('customer/050');
    for (const [name, title] of [
      [queuedId, `Request ${queuedId}`],
      ['customer/003', 'State customer/003'],
      ['mail-1', 'Session mail-1'],
      [hostile.key, `State ${hostile.key}`],
      ['customer/', 'States'],
    ] as const) {
      await page.getByRole('searchbox').fill(name);
      await page.getByRole('button', { name: 'Find' }).click();
      expect(await page.getByRole('heading', { level: 1 }).textContent()).toBe(title);
    }
  });
});

it('with its script a new record comes by itself, and what has the focus keeps it', async () => {
  await withPage({}, async (page) => {
    await page.goto('/ui/log');
    await page.getByRole('button', { name: 'Live' }).waitFor();
    const link = page.getByRole('link', { name: 'undo-1' });
    await link.focus();
    await site.env.submit(add('tick-1'));
    await page.getByRole('link', { name: 'tick-1' }).waitFor();
    expect(await link.evaluate((element) => element === document.activeElement)).toBe(true);
    expect(await page.locator('tbody tr').count()).toBe(50);
    await page.getByRole('button', { name: 'Live' }).click();
    await page.getByRole('button', { name: 'Paused' }).waitFor();
    await site.env.submit(add('tick-2'));
    await page.waitForTimeout(1_300);
    expect(await page.getByRole('link', { name: 'tick-2' }).count()).toBe(0);
    await page.getByRole('button', { name: 'Paused' }).click();
    await page.getByRole('link', { name: 'tick-2' }).waitFor();
    await page.goto('/');
    await page.getByRole('button', { name: 'Live' }).waitFor();
    const { position } = await site.env.submit(add('tick-3'));
    await page.getByText(`${position}`, { exact: true }).first().waitFor();
  });
});

it('with its script a request that waits shows its outcome by itself', async () => {
  await withPage({}, async (page) => {
    await site.env.enqueue({ ...add('waits'), type: 'wait' });
    await page.goto('/ui/transactions/waits');
    await page.getByText('not decided yet').waitFor();
    await page.getByRole('button', { name: 'Live' }).waitFor();
    const worker = site.work();
    await page.locator('main').getByText('committed', { exact: true }).waitFor();
    await worker.stop();
  });
});

it('by keys everything is reached, in the order of the page, and seen', async () => {
  await withPage({}, async (page) => {
    await page.goto(`/ui/transactions/${queuedId}`);
    const wanted = await page
      .locator('a[href], button, input, select, summary, [tabindex="0"]')
      .evaluateAll((all) => all.filter((one) => one.checkVisibility()).map((one) => one.outerHTML));
    const reached: string[] = [];
    for (const _ of wanted) {
      await page.keyboard.press('Tab');
      reached.push(
        await page.evaluate(() => {
          const one = document.activeElement ?? document.body;
          const { outlineStyle, outlineWidth } = getComputedStyle(one);
          if (outlineStyle === 'none' || outlineWidth === '0px') return `not seen: ${one.outerHTML}`;
          const { left, right } = one.getBoundingClientRect();
          return left < 0 || right > innerWidth ? `beside the window: ${one.outerHTML}` : one.outerHTML;
        }),
      );
    }
    expect(reached).toEqual(wanted);
    await page.goto('/ui/log');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await page.evaluate('document.activeElement.id')).toBe('main');
    await page.keyboard.press('/');
    expect(await page.evaluate('document.activeElement.id')).toBe('find');
  });
});

it.each(['light', 'dark'] as const)('has no fault that axe finds, %s', async (colorScheme) => {
  await withPage({ colorScheme }, async (page) => {
    const background = colorScheme === 'light' ? 'rgb(251, 251, 249)' : 'rgb(21, 24, 27)';
    // Other pages are made of the same parts; the dark ones differ in their colours alone.
    const inDark = ['/', `/ui/transactions/${sagaId}`];
    const inLight = [
      ...inDark,
      '/ui/queues/mail/newsletter',
      '/ui/log',
      '/ui/states/loan/1001',
      '/ui/transactions/nothing',
    ];
    const paths = colorScheme === 'dark' ? inDark : inLight;
    // What is looked at stays as it is: parts that are put in anew meanwhile are no faults.
    await page.route(/\/ui\/live(\?|$)/, (route) => route.abort());
    for (const path of paths) {
      await page.goto(path);
      expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe(background);
      await page.evaluate(axe.source);
      const { violations } = (await page.evaluate('axe.run({ resultTypes: ["violations"] })')) as {
        violations: { id: string; nodes: unknown[] }[];
      };
      expect([path, violations.map(({ id, nodes }) => [id, nodes[0]])]).toEqual([path, []]);
    }
  });
});

it('goes on when frontends behind the balancer are stopped', async () => {
  await withPage({}, async (page) => {
    if (!nginx) return;
    await page.goto('/ui/log');
    await page.getByRole('button', { name: 'Live' }).waitFor();
    await site.stopFrontend();
    await site.stopFrontend();
    await site.env.submit(add('tick-4'));
    await page.getByRole('link', { name: 'tick-4' }).waitFor();
    await page.getByRole('button', { name: 'Live' }).waitFor();
  });
});

it('a frontend that was built has the files of the page', async () => {
  if (!site) return;
  const { url: built, end } = await startServe(site.dir, '--name', 'built');
  for (const path of ['/', '/ui/style.css', '/ui/live.js', '/ui/icon.svg'])
    expect([path, (await fetch(built + path)).status]).toEqual([path, 200]);
  await end();
});
