// Goal: what a turn asks for late is as if it had asked at once. Method: signals that are asked for before and after.
import { expect, it } from 'vitest';
import { Interruption } from '../../src/sessions/turn/interruption.ts';

it('a signal that is asked for late has aborted when the turn is over', () => {
  const turn = new Interruption(new AbortController().signal, new AbortController().signal);
  turn.end();
  expect(turn.signal.aborted).toBe(true);
});

it('a signal that is asked for late has aborted when the worker was stopped, and says why', () => {
  const kill = new AbortController();
  const turn = new Interruption(new AbortController().signal, kill.signal);
  kill.abort('enough');
  expect(turn.signal).toMatchObject({ aborted: true, reason: 'enough' });
});

it('a signal that was asked for before aborts at once', () => {
  const lost = new AbortController();
  const turn = new Interruption(lost.signal, new AbortController().signal);
  const { signal } = turn;
  expect(signal.aborted).toBe(false);
  lost.abort();
  expect(signal.aborted).toBe(true);
});
