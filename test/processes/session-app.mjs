// The themes of the tests that kill workers. Each turn leaves one line in the file that TXLOG_TEST_EFFECTS names: its
// effect, of which nobody takes back anything.
import { appendFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

// Who is killed all the time has many attempts; nobody waits long.
const patient = { attempts: 1_000_000, backoff: { first: 0.05, factor: 1, max: 0.05 } };

export default {
  themes: {
    job: { ...patient, advisor: job },
    poison: { ...patient, attempts: 3, advisor: poison },
    hang: { ...patient, advisor: hang },
    'request/count': patient,
  },
};

/** Brings its data to so many chunks, one per step, and sleeps once on the way. */
async function job(turn) {
  const [{ chunks, nap, ms }, ...done] = turn.data;
  if (turn.step === 0) leaveEffect(turn);
  await after(ms);
  if (done.length === chunks) return { op: 'remove' };
  const sleptLast = done.at(-1)?.epoch !== turn.epoch;
  if (done.length === nap && !sleptLast) return { op: 'store', seconds: 0.01 };
  return { op: 'append', data: { epoch: turn.epoch } };
}

async function poison(turn) {
  leaveEffect(turn);
  throw new Error('poison');
}

/** Its first turn lasts until it is told to end; any later one ends at once. */
async function hang(turn) {
  if (turn.step === 0) leaveEffect(turn);
  if (turn.epoch > 1) return { op: 'remove' };
  await new Promise((resolve) => {
    // Something must keep the process alive.
    const timer = setTimeout(() => {}, 2 ** 30);
    turn.signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
  return { op: 'append', data: 'too late' };
}

function leaveEffect({ session, epoch }) {
  appendFileSync(process.env.TXLOG_TEST_EFFECTS, `${session} ${epoch} ${process.pid}\n`);
}
