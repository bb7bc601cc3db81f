// Goal: where nobody answers any more, what has a receipt is printed, and the place to go on from is known. Method: a bulk load to one
// who stops answering in the middle.
import { expect, it } from 'vitest';
import type { Submitter } from '../../../src/cli/reach/submitter.ts';
import { Bulk } from '../../../src/cli/submit/bulk-submit.ts';
import { TxlogError } from '../../../src/core/base/errors.ts';
import { checkRequest, type Request } from '../../../src/core/log/request.ts';

const gone = new TxlogError('SERVICE_FAILED', 'no answer');

async function load(keepGoing: boolean) {
  const told: (string | number)[] = [];
  const sink = {
    receipt: async (id: string) => void told.push(id),
    failure: async ({ code }: TxlogError) => void told.push(code),
    settled: async (line: number) => void told.push(line),
  };
  const sent: number[] = [];
  const deliver = async (requests: readonly Request[]) => {
    sent.push(requests.length);
    if (sent.length > 1) return requests.map(({ id }) => ({ receipt: id }));
    return [{ receipt: 'r-1' }, { receipt: 'r-2' }, { lost: gone }];
  };
  const text = (i: number) => JSON.stringify({ id: `r-${i}`, type: 't' });
  const lines = Array.from({ length: 2_500 }, (_, i) => ({ number: i + 1, text: text(i + 1), bytes: 30 }));
  const input = {
    ...{
      name: 'a',
      bytes: undefined,
      bytesRead: () => 0,
      isEmpty: () => false,
      gather: async () => {},
      stop: () => {},
    },
    async *chunks() {
      yield lines;
    },
  };
  const env = { check: (value: unknown) => checkRequest(value, () => '') } as Submitter;
  const bulk = new Bulk<string>(env, sink, { mapping: undefined, keepGoing, deliver });
  const error = await bulk.run(input).catch((error) => error);
  return { told, error };
}

it.each([true, false])('stops at the first request that nobody answers (keep going: %s)', async (keepGoing) => {
  expect(await load(keepGoing)).toEqual({ told: ['r-1', 'r-2', 2], error: gone });
});
