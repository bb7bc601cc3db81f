// The process of the test that kills its workers. The ids of what it decides are new at each call, against all advice, so
// that only its cursor keeps it from deciding twice.
import { randomUUID } from 'node:crypto';

// Who is killed all the time has many attempts; nobody waits long.
const patient = { attempts: 1_000_000, backoff: { first: 0.05, factor: 1, max: 0.05 } };

export default {
  processes: {
    counter: { from: 'start', on: { types: ['event'] }, decide, ...patient },
  },
};

function decide({ id, payload }) {
  const call = `${id}#${randomUUID()}`;
  const changes = [{ op: 'add', key: `seen/${id}`, value: 1 }];
  const count = { do: 'submit', request: { id: `count-${call}`, type: 'count', payload: id, changes } };
  const note = { do: 'send', to: 'notes', data: id, id: `note-${call}` };
  return [count, note, [note, count], undefined][payload % 4];
}
