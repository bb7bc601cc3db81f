// Submits a long generated stream, as a bulk load does, or rehearses it, as a dry run does: groups of 1,000, two of them
// under way. Prints its peak memory.
import { readFileSync } from 'node:fs';
import { openEnvironment } from '../../dist/src/index.js';

const { dir, count, dryRun } = JSON.parse(process.argv[2]);
const env = await openEnvironment(dir, { create: true });
let peakAnonymous = 0;
const position = dryRun ? await env.rehearse(load) : await load(env);
await env.close();
const peak = process.resourceUsage().maxRSS;
console.log(JSON.stringify({ position, peakMegabytes: peak / 1024, anonymousMegabytes: peakAnonymous / 1024 }));

async function load(target) {
  const underWay = [];
  for (let from = 0; from < count; from += 1_000) {
    const requests = Array.from({ length: Math.min(1_000, count - from) }, (_, i) => makeRequest(from + i));
    underWay.push(target.submitChecked(requests.map((request) => target.check(request, 430))));
    if (underWay.length === 2) refuseErrors(await underWay.shift());
    const [, kilobytes] = /^RssAnon:\s*(\d+)/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
    peakAnonymous = Math.max(peakAnonymous, Number(kilobytes));
  }
  for (const answers of underWay) refuseErrors(await answers);
  return (await target.head()).position;
}

function makeRequest(i) {
  const mail = `person.${(i * 7919) % 1_000_003}@example.com`;
  const customer = {
    name: `Person ${i}`,
    city: 'Ghent',
    note: 'the quick brown fox jumps over the lazy dog '.repeat(5),
  };
  return {
    id: `bulk-${i}`,
    type: 'register',
    changes: [
      { op: 'claim', key: `email/${mail}` },
      { op: 'set', key: `customer/${mail}`, value: customer },
      { op: 'add', key: 'stats/customers', value: 1 },
    ],
  };
}

function refuseErrors(answers) {
  for (const answer of answers) if (answer.error) throw answer.error;
}
