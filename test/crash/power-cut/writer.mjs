// Submits requests one by one and in groups, with a short tail, and says each one that is acknowledged.

import { writeSync } from 'node:fs';
import { openEnvironment } from '../../../dist/test/library.mjs';

const { dir, bound, bytes } = JSON.parse(process.argv[2]);
const env = await openEnvironment(dir, { create: true, checkpointRecords: bound });
let next = 0;

async function submit() {
  const number = next++;
  const value = 'x'.repeat((number * 7919) % bytes);
  const changes = [
    { op: 'add', key: 'total', value: 1 },
    { op: 'set', key: `of/${number % 20}`, value },
  ];
  await env.submit({ id: `r-${number}`, type: 'count', changes });
  writeSync(1, `ack r-${number}\n`);
}

for (let i = 0; i < 60; i++) await submit();
for (let i = 0; i < 20; i++) await Promise.all(Array.from({ length: 8 }, submit));
for (let i = 0; i < 40; i++) await submit();
await env.close();
