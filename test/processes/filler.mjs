// Submits until the disk is full, and says so: each receipt's number, then the error's code, then what still works.

import { writeSync } from 'node:fs';
import { openEnvironment } from '../../dist/test/library.mjs';

const { dir, bound, together, journal } = JSON.parse(process.argv[2]);
const env = await openEnvironment(dir, {
  create: true,
  journal,
  reserveBytes: 0,
  ...(bound !== undefined && { checkpointRecords: bound }),
});
const answered = [];
let code;
for (let from = 0; code === undefined; from += together) {
  const numbers = Array.from({ length: together }, (_, i) => from + i);
  for (const [i, answer] of (await Promise.allSettled(numbers.map(submit))).entries()) {
    if (answer.status === 'fulfilled') answered.push(from + i);
    else code = answer.reason.code ?? String(answer.reason);
  }
}
for (const number of answered) writeSync(1, `${number}\n`);
writeSync(1, `failed ${code}\n`);

const again = await submit(answered.length).then(
  () => 'done',
  (error) => error.code,
);
writeSync(1, `again ${again}\n`);
writeSync(1, `total ${(await env.get('total')).value}\n`);
const closed = await env.close().then(
  () => 'closed',
  (error) => error.code ?? String(error),
);
writeSync(1, `close ${closed}\n`);

function submit(number) {
  const changes = [
    { op: 'add', key: 'total', value: 1 },
    { op: 'set', key: `page/${(number * 7919) % 1000}`, value: 'x'.repeat(500) },
  ];
  return env.submit({ id: `r-${number}`, type: 'fill', changes });
}
