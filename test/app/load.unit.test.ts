// Goal: an app that is wrong is refused when it is loaded, with the place; user code that throws later is still the app's
// fault. Method: apps given in code, one wrong each.
import { expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';

const wrong: readonly (readonly [string, unknown])[] = [
  ['not an app', 7],
  ['a map that is no function', { map: 1 }],
  ['a handler that is no object', { requests: { t: 1 } }],
  ['a misspelt field', { requests: { t: { decid: () => [] } } }],
  ['a decide that is no function', { requests: { t: { decide: 1 } } }],
  ['a misspelt field of the app', { theme: {} }],
  ['themes that are no object', { themes: 1 }],
  ['a theme that is no object', { themes: { t: 1 } }],
  ['a misspelt field of a theme', { themes: { t: { advise: () => ({ op: 'remove' }) } } }],
  ['an advisor that is no function', { themes: { t: { advisor: 1 } } }],
  ['a number that is no uint32', { themes: { t: { number: 2 ** 32 } } }],
  ['two themes of one number', { themes: { t: { number: 7 }, u: { number: 7 } } }],
  ['a lease of no length', { themes: { t: { lease: 0 } } }],
  ['a lease that is no number', { themes: { t: { lease: '30s' } } }],
  ['a timeout of no length', { themes: { t: { timeout: 0 } } }],
  ['no attempts', { themes: { t: { attempts: 0 } } }],
  ['half a place', { themes: { t: { concurrency: 0.5 } } }],
  ['a misspelt field of a back-off', { themes: { t: { backoff: { start: 1 } } } }],
  ['a back-off that shrinks', { themes: { t: { backoff: { factor: 0.5 } } } }],
  ['a back-off that is no object', { themes: { t: { backoff: 5 } } }],
  ['a schema that is none', { requests: { t: { schema: { type: 'no such type' } } } }],
];

it.each(wrong)('an app with %s is refused', async (_, app) => {
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
])('a schema that %s makes its app a wrong one', async (_, standard) => {
  const app = await compileApp({ requests: { t: { schema: { '~standard': standard } } } }, 'here');
  expect(() => app.findPayloadProblem('t', 1)).toThrow(expect.objectContaining({ code: 'APP_INVALID' }));
});
