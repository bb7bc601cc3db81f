// The sagas of the test that kills workers. Each call leaves a line in the file that TXLOG_TEST_EFFECTS names, `do` or
// `undo` and its key, before it takes its time, fails or works: what a callee would have seen.
import { appendFileSync } from 'node:fs';
import { setTimeout as after } from 'node:timers/promises';

const patient = { attempts: 1_000, first: 0.02, factor: 1, max: 0.02 };

export default {
  themes: { 'saga/trip': { attempts: 1_000_000 }, 'saga/leg': { attempts: 1_000_000 } },
  sagas: {
    trip: {
      steps: [
        { name: 'seat', do: seat(-1), compensate: seat(1) },
        [
          { name: 'hotel', do: call('do'), compensate: call('undo') },
          { name: 'flight', do: call('do'), compensate: call('undo') },
        ],
        { name: 'leg', do: { saga: 'leg', data: ({ data }) => data, timeout: 3600 } },
        { name: 'program', do: program('do'), compensate: program('undo') },
        { name: 'pay', do: call('do'), compensate: call('undo') },
      ],
    },
    leg: { steps: [{ name: 'book', do: call('do'), compensate: call('undo') }] },
  },
};

function seat(by) {
  return { request: { type: by < 0 ? 'seat.take' : 'seat.free', changes: [{ op: 'add', key: 'seats', value: by }] } };
}

/** Fails for good where the data says so, and now and then for once. */
function call(side) {
  return {
    retry: patient,
    async run({ key, step, data, attempt }) {
      appendFileSync(process.env.TXLOG_TEST_EFFECTS, `${side} ${key}\n`);
      await after(data.ms);
      if (data.fails === step && side === 'do') {
        throw Object.assign(new Error('refused'), { name: 'PermanentError' });
      }
      if (attempt % 3 === 1 && data.shaky === step) throw new Error('for once');
    },
  };
}

/** A program takes its time to start: few sagas have one. */
function program(side) {
  return {
    retry: patient,
    command: ({ data }) => ({
      argv: data.program ? ['sh', '-c', `echo "${side} $TXLOG_KEY" >> "$TXLOG_TEST_EFFECTS"`] : ['true'],
    }),
  };
}
