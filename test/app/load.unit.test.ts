// Goal: an app that is wrong is refused when it is loaded, with the place; user code that throws later is still the app's
// fault. Method: apps given in code, one wrong each.
import { expect, it } from 'vitest';
import { compileApp } from '../../src/app/load.ts';

const wrong: readonly (readonly [string, unknown])[] = [
  ['not an app', 7],
  ['a map that is no function', { map: 1 }],
  ['a handler that is no object', { requests: { t: 1 } }],
  ['a misspelt field', { requests: { t: { decid: () => [] } } }],
  ['a decide that is no function', { requests: { t: { decide: 1 } } }],
  ['a schema that is none', { requests: { t: { schema: { type: 'no such type' } } } }],
];

it.each(wrong)('refuses %s', async (_, app) => {
  await expect(compileApp(app, 'here')).rejects.toMatchObject({ code: 'APP_INVALID' });
});

it.each([
  [
    'throws',
    {
      validate: () => {
        throw new Error('no');
      },
    },
  ],
  ['is asynchronous', { validate: async () => ({ value: 1 }) }],
  ['answers nothing', { validate: () => undefined }],
])('takes a schema that %s for a wrong app', async (_, standard) => {
  const app = await compileApp({ requests: { t: { schema: { '~standard': standard } } } }, 'here');
  expect(() => app.findPayloadProblem('t', 1)).toThrow(expect.objectContaining({ code: 'APP_INVALID' }));
});
