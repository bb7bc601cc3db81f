import type { Environment } from '../../src/environment/environment.ts';
import { type Input, increment, isDup, register } from './inputs.ts';
import { check } from './measure.ts';

const samples = 100;

/** Checks that an environment holds exactly the first `count` registers: log, rejections, owners, 100 customers. */
export async function verifyRegisters(env: Environment, count: number): Promise<void> {
  let rejected = 0;
  for (let i = 0; i < count; i++) if (isDup(i)) rejected += 1;
  const { position, counts } = await env.head();
  check('log', position, count);
  check('rejected', counts.rejected, rejected);
  check('owners', counts.dedicated, count - rejected);
  for (let sample = 0; sample < samples; sample++) {
    const i = Math.floor((sample * count) / samples);
    if (!isDup(i)) await verifyCustomer(env, register(i));
  }
}

async function verifyCustomer(env: Environment, { id, key, data }: Input): Promise<void> {
  const customer = await env.get(`customer/${key}`);
  check(`customer ${key}`, customer?.value, data);
  check(`owner of ${key}`, (await env.get(`email/${key}`))?.owner?.id, id);
}

/** Checks that an environment's counters are those of the first `count` increments, with their applied counts. */
export async function verifyCounters(env: Environment, count: number): Promise<void> {
  const expected = new Map<string, { value: number; applied: number }>();
  for (let i = 0; i < count; i++) {
    const { key, data } = increment(i);
    const { value, applied } = expected.get(key) ?? { value: 0, applied: 0 };
    expected.set(key, { value: value + (data.by as number), applied: applied + 1 });
  }
  for (const [key, { value, applied }] of expected) {
    const counter = await env.get(key);
    check(key, { value: counter?.value, applied: counter?.applied }, { value, applied });
  }
}
