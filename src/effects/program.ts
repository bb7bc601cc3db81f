import type { ChildProcess } from 'node:child_process';
import { limits } from '../core/base/limits.ts';

// Groups that run, and what they get when this process ends first: a terminal's Ctrl-C does not reach them.
const running = new Map<number, NodeJS.Signals>();

/**
 * Takes charge of a program that leads a process group of its own. The function that it returns ends the whole group:
 * SIGTERM, and SIGKILL 2 s later to whoever is still there. A program that this process leaves behind at its own end
 * gets the SIGTERM then, or the SIGKILL if it had that already. After the program has ended and closed its stdout by
 * itself, what it started is left alone.
 */
export function takeCharge(child: ChildProcess): () => void {
  const { pid } = child;
  if (pid === undefined) return () => {};
  if (running.size === 0) process.on('exit', signalAll);
  running.set(pid, 'SIGTERM');
  child.once('close', () => {
    if (running.get(pid) === 'SIGTERM') forget(pid);
  });
  return () => {
    if (running.get(pid) === 'SIGTERM') end(child, pid);
  };
}

function end(child: ChildProcess, pid: number): void {
  running.set(pid, 'SIGKILL');
  signalGroup(pid, 'SIGTERM');
  const finish = () => {
    forget(pid);
    // A process that left the group may hold the other ends for ever.
    for (const stream of child.stdio) stream?.destroy();
  };
  const timer = setTimeout(() => {
    signalGroup(pid, 'SIGKILL');
    finish();
  }, limits.programKillMs);
  // No waiting for a group without members: its number may soon be another one's.
  child.once('exit', () => {
    if (signalGroup(pid, 0)) return;
    clearTimeout(timer);
    finish();
  });
}

function forget(pid: number): void {
  running.delete(pid);
  if (running.size === 0) process.off('exit', signalAll);
}

function signalAll(): void {
  for (const [pid, signal] of running) signalGroup(pid, signal);
}

/** False when there is no such group any more. */
function signalGroup(pid: number, signal: NodeJS.Signals | 0): boolean {
  try {
    return process.kill(-pid, signal);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
