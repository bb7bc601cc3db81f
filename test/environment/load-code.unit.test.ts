import { expect, it } from 'vitest';
import { loadCode } from '../../src/environment/load-code.ts';

it('the error about code that could not be loaded names it, and tells to start the process again', async () => {
  const starved = () => Promise.reject(new Error('EMFILE: too many open files'));
  await expect(loadCode([starved])).rejects.toMatchObject({
    code: 'CODE_NOT_LOADED',
    message: 'a part of txlog could not be loaded: EMFILE: too many open files',
    details: { next: ['ulimit -n', 'txlog doctor'] },
  });
  await expect(loadCode()).resolves.toBeUndefined();
});
