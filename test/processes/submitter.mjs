// Submits one request after another until its count is reached or it is killed: prints each position once it is durable.

import { writeSync } from 'node:fs';
import { openEnvironment } from '../../dist/test/library.mjs';

const { dir, name, count, bound, journal = false, checkpointProcess = true } = JSON.parse(process.argv[2]);
const env = await openEnvironment(dir, {
  create: true,
  checkpointProcess,
  journal,
  ...(bound !== undefined && { checkpointRecords: bound }),
});
for (let i = 0; i < (count ?? Number.POSITIVE_INFINITY); i++) {
  const changes = [
    { op: 'add', key: 'total', value: 1 },
    { op: 'set', key: `of/${name}/${i % 50}`, value: i },
  ];
  const { position } = await env.submit({ id: `${name}-${i}`, type: 'count', changes });
  writeSync(1, `${position}\n`);
}
await env.close();
