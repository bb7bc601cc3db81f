// A program that takes parcels as a script says: its words tell, one each, how the next parcel is answered.
import { spawn } from 'node:child_process';
import { appendFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const [log, ...words] = process.argv.slice(2);
appendFileSync(log, `${process.pid} started\n`);

const answers = {
  ok: (id) => ({ id, ok: true, duplicate: false }),
  never: (id) => ({ id, ok: false, error: { code: 'THEME_CONFLICT', message: 'no such thing' } }),
  strange: (id) => ({ id, ok: false, error: { code: 'NEW_CODE', message: 'of later' } }),
  other: () => ({ id: 'another', ok: true }),
};

for await (const line of createInterface({ input: process.stdin })) {
  const { id } = JSON.parse(line);
  appendFileSync(log, `${process.pid} ${id}\n`);
  const word = words.length > 1 ? words.shift() : (words[0] ?? 'ok');
  if (word === 'exit') {
    console.error('the disk is on fire');
    process.exit(3);
  }
  if (word === 'grandchild') {
    const { pid } = spawn('sleep', ['1000'], { stdio: ['ignore', 'inherit', 'ignore'] });
    appendFileSync(log, `${pid} grandchild\n`);
  } else if (word === 'garbage') console.log('Last login: Monday');
  else if (word === 'endless') process.stdout.write('x'.repeat(100_000));
  else if (word !== 'silent') console.log(JSON.stringify(answers[word](id)));
}
appendFileSync(log, `${process.pid} ended\n`);
