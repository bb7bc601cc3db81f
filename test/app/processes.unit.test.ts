// Goal: a process that is defined wrongly is refused when its app is loaded, with the place. Method: one mistake each.
import { expect, it } from 'vitest';
import { compileApp } from '../../src/app/load-app.ts';

const decide = () => undefined;

it.each<[string, unknown, RegExp]>([
  ['that are no object', 7, /processes is not an object/],
  ['that is no object', { p: 7 }, /processes\["p"\] is not an object/],
  ['that is null', { p: null }, /processes\["p"\] is not an object/],
  ['without rules', { p: {} }, /processes\["p"\]\.decide is not a function/],
  ['whose rules are no function', { p: { decide: 'x' } }, /decide is not a function/],
  ['with a name that is none', { '': { decide } }, /is empty/],
  ['with a name too long for its theme', { [`p${'x'.repeat(120)}`]: { decide } }, /is over 120 bytes/],
  ['with a misspelt field', { p: { decide, form: 'now' } }, /unknown field "form"/],
  ['that starts nowhere', { p: { decide, from: 'then' } }, /from is start or now/],
  ['with a lease of no length', { p: { decide, lease: 0 } }, /lease is a number of seconds from 1 to/],
  ['without attempts', { p: { decide, attempts: 0 } }, /attempts is a whole number from 1 to/],
  ['with a back-off that shrinks', { p: { decide, backoff: { factor: 0.5 } } }, /factor is a number from 1 to/],
  ['with a number that is no uint32', { p: { decide, number: -1 } }, /number is a whole number/],
  ['with a filter that is none', { p: { decide, on: ['order'] } }, /on is not an object/],
  ['with a filter that is no object', { p: { decide, on: 'order' } }, /on is not an object/],
  ['with a misspelt filter', { p: { decide, on: { type: ['order'] } } }, /on has an unknown field "type"/],
  ['with types that are no list', { p: { decide, on: { types: 'order' } } }, /types is a list of types/],
  ['that hears itself', { p: { decide, on: { types: ['txlog.session'] } } }, /does not listen to txlog\.session/],
  ['with an outcome that is none', { p: { decide, on: { outcome: 'done' } } }, /outcome is committed or rejected/],
  ['with a condition that is no function', { p: { decide, on: { where: 'a' } } }, /where is not a function/],
  ['with a key that is no text', { p: { decide, on: { prefix: 7 } } }, /prefix is a text/],
  ['with a time that is no number', { p: { decide, on: { since: 'today' } } }, /since is a time/],
])('an app with processes %s is refused', async (_, processes, reason) => {
  await expect(compileApp({ processes }, 'here')).rejects.toMatchObject({
    code: 'APP_INVALID',
    message: expect.stringMatching(reason),
  });
});

it('a process with every field is taken', async () => {
  const on = {
    types: ['order', 'txlog.saga'],
    outcome: 'committed',
    prefix: 'a/',
    from: 7,
    where: () => true,
  } as const;
  const p = { decide, on, from: 'start', lease: 5, attempts: 2, backoff: { first: 1 }, number: 7 } as const;
  expect((await compileApp({ processes: { p } }, 'here')).processes).toEqual({ p });
});
