// Goal: who waits for commits misses none that comes between its look and its wait, and waits no longer than it said.
// Method: a source that tells on demand, on a steered clock.
import { describe, expect, it } from 'vitest';
import { CommitSignal } from '../../src/view/commit-signal.ts';
import { TimedClock } from '../sessions/timed-clock.ts';

function place(signal?: AbortSignal) {
  const clock = new TimedClock();
  let commit = () => {};
  const watch = (changed: () => void) => {
    commit = changed;
    return () => {
      commit = () => {};
    };
  };
  const commits = new CommitSignal({ clock, watch }, signal);
  const waiting = (ms?: number) => {
    const state = { isOver: false };
    void commits.next(ms).then(() => {
      state.isOver = true;
    });
    return state;
  };
  return { clock, commits, waiting, commit: () => commit() };
}

describe('a signal of commits', () => {
  it('does not wait when something was committed since it was armed', async () => {
    const { clock, commits, waiting, commit } = place();
    commits.arm();
    commit();
    const one = waiting();
    await clock.pass(0);
    expect(one.isOver).toBe(true);
    commits.arm();
    const other = waiting();
    await clock.pass(0);
    expect(other.isOver).toBe(false);
    commit();
    await clock.pass(0);
    expect(other.isOver).toBe(true);
  });

  it('looks again after the time that it was given, and after a second where nobody tells', async () => {
    const { clock, commits, waiting } = place();
    commits.arm();
    const soon = waiting(20);
    await clock.pass(20);
    expect(soon.isOver).toBe(true);
    const late = waiting();
    await clock.pass(999);
    expect(late.isOver).toBe(false);
    await clock.pass(1);
    expect(late.isOver).toBe(true);
  });

  it('ends all waiting when it is aborted, and when it is stopped', async () => {
    const controller = new AbortController();
    const { clock, commits, waiting } = place(controller.signal);
    commits.arm();
    const one = waiting();
    controller.abort();
    await clock.pass(0);
    expect(one.isOver).toBe(true);
    commits.arm();
    const other = waiting();
    await clock.pass(0);
    expect(other.isOver).toBe(true);
    const stopped = place();
    const last = stopped.waiting();
    stopped.commits.stop();
    await stopped.clock.pass(0);
    expect(last.isOver).toBe(true);
  });
});
