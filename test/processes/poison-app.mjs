// Themes of turns that misbehave: one kills its process, others throw where nobody waits, or call process.exit.
import { setTimeout as after } from 'node:timers/promises';

const policy = { attempts: 3, backoff: { first: 0.05, factor: 1, max: 0.05 } };

export default {
  themes: {
    slow: {
      ...policy,
      async advisor() {
        await after(300);
        return { op: 'remove' };
      },
    },
    rejects: {
      ...policy,
      async advisor() {
        void Promise.reject(new TypeError('nobody waits for this'));
        await after(100);
        return { op: 'remove' };
      },
    },
    throws: {
      ...policy,
      async advisor() {
        setTimeout(() => {
          throw new Error('thrown in a timer');
        }, 10);
        await after(100);
        return { op: 'remove' };
      },
    },
    exits: { ...policy, attempts: 1, advisor: () => process.exit(0) },
    poison: {
      ...policy,
      async advisor() {
        await after(50);
        process.kill(process.pid, 'SIGKILL');
        await after(10_000);
      },
    },
  },
  sagas: {
    careless: {
      steps: [
        { name: 'step', do: { run: () => void Promise.reject('a text') } },
        { name: 'late', do: { http: async () => Promise.reject(new Error('of a promise')) } },
      ],
    },
  },
};
