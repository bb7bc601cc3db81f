// Goal: whoever runs a site sees whether each frontend works, and why it does not. Method: real frontends, with and without a
// worker, that decide, that stop, and whose storage fails.
import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { post, Site } from './site.ts';

let site: Site | undefined;

afterEach(async () => {
  await site?.close();
  site = undefined;
});

const add = (id: string, type = 'count') => ({ id, type, changes: [{ op: 'add', key: 'n', value: 1 }] });
const ready = async (url: string) => {
  const answer = await fetch(`${url}/readyz`);
  return [answer.status, await answer.json()];
};

it('is ready once a worker decides what it queues, or when it decides itself', async () => {
  site = await Site.open();
  const url = await site.serve();
  expect(await (await fetch(`${url}/healthz`)).text()).toBe('ok\n');
  expect(await ready(url)).toEqual([
    503,
    { v: 1, ready: false, problems: [{ code: 'NO_WORKER', reason: 'no worker is alive that decides requests' }] },
  ]);
  site.work();
  await expect.poll(() => ready(url)).toEqual([200, { v: 1, ready: true, problems: [] }]);
  expect((await ready(await site.serve({ isDirect: true })))[0]).toBe(200);
});

it('says that it stops while it drains, and answers what it has', async () => {
  site = await Site.open();
  const url = await site.serve({ drainMs: 500 });
  const waiting = post(url, add('r-1'));
  await expect.poll(() => site?.env.sessions.get('r-1')).toBeDefined();
  const stopped = site.stopFrontend();
  const answer = await fetch(`${url}/readyz`);
  expect([answer.status, answer.headers.get('connection')]).toEqual([503, 'close']);
  expect(await answer.json()).toMatchObject({ problems: [{ code: 'STOPPING' }, { code: 'NO_WORKER' }] });
  // What is on its way is taken.
  expect((await post(url, add('r-2'), { prefer: 'respond-async' })).status).toBe(202);
  expect((await waiting).status).toBe(202);
  await stopped;
  await expect(fetch(`${url}/readyz`)).rejects.toThrow();
});

it('does not wait, when it stops, for connections on which nobody has asked anything', async () => {
  site = await Site.open();
  const url = await site.serve({ drainMs: 60_000 });
  const { hostname, port } = new URL(url);
  // As a browser opens them before it needs them, and a balancer to see whether anyone is there.
  const silent = connect(Number(port), hostname);
  await once(silent, 'connect');
  const over = once(silent, 'close');
  silent.resume();
  await site.stopFrontend();
  await over;
});

it('measures answers, outcomes and queues, under names of Prometheus', async () => {
  site = await Site.open();
  const url = await site.serve();
  site.work();
  await post(url, add('r-1'));
  await post(url, { id: 'c-1', type: 'claim', changes: [{ op: 'claim', key: 'k', value: 1 }] });
  await post(url, { id: 'c-2', type: 'claim', changes: [{ op: 'claim', key: 'k', value: 1 }] });
  await post(url, 'no JSON');
  await fetch(`${url}/nothing`);
  const answer = await fetch(`${url}/metrics`);
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/);
  const text = await answer.text();
  for (const line of [
    'txlog_requests_total{type="count",outcome="committed",code=""} 1',
    'txlog_requests_total{type="claim",outcome="rejected",code="KEY_OWNED"} 1',
    'txlog_http_request_duration_seconds_count{method="POST",route="/v1/requests",status="200"} 2',
    'txlog_http_request_duration_seconds_count{method="POST",route="/v1/requests",status="409"} 1',
    'txlog_http_request_duration_seconds_count{method="POST",route="/v1/requests",status="400"} 1',
    'txlog_http_request_duration_seconds_count{method="GET",route="none",status="404"} 1',
    'txlog_queue_depth{theme="request/count"} 0',
    'txlog_queue_oldest_age_seconds{theme="request/count"} 0',
    'txlog_workers 1',
    'txlog_frontend_waiting_requests 0',
  ])
    expect(text).toContain(`${line}\n`);
  expect(text).toMatch(/\ntxlog_log_position \d\d\n/);
  for (const [, name = '', help] of text.matchAll(/^# HELP (\S+) (.*)$/gm)) {
    expect(help).toMatch(/\S/);
    if (name.startsWith('txlog')) expect(name).toMatch(/^txlog_[a-z_]+$/);
  }
});

it('tells types apart up to a bound, however many clients make up', async () => {
  site = await Site.open();
  const url = await site.serve({ isDirect: true });
  const lines = Array.from({ length: 150 }, (_, i) => JSON.stringify(add(`r-${i}`, `type-${i}`))).join('\n');
  await (await post(url, lines, { 'content-type': 'application/x-ndjson' })).text();
  const text = await (await fetch(`${url}/metrics`)).text();
  expect(text.match(/^txlog_requests_total\{/gm)).toHaveLength(101);
  expect(text).toContain('txlog_requests_total{type="other",outcome="committed",code=""} 50\n');
});

it('ends when its engine takes no work any more', async () => {
  site = await Site.open();
  const { url, failed, env } = await site.start({ isDirect: true });
  const ended = expect(failed).rejects.toMatchObject({ code: 'ENV_CLOSED' });
  await env.close();
  expect((await post(url, add('r-1'))).status).toBe(503);
  await ended;
});
