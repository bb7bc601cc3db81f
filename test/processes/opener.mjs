// One side of opening and closing beside others: `commit` holds a transaction open until it is told, `read` opens once,
// `open` opens and closes again and again, `gone` opens what is not there, `set-back` does to lock.mdb what a program that opens without the gate may do.
import { closeSync, openSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { openGate } from '../../dist/src/storage/lmdb/gate.js';
import { openLmdbStorage } from '../../dist/src/storage/lmdb/lmdb-storage.js';

const [dir, action] = process.argv.slice(2);
const say = (text) => writeSync(1, `${text}\n`);
const key = Buffer.from('a');
const count = (snapshot) => Number(Buffer.from(snapshot.get('states', key) ?? Buffer.from('0')).toString());
const addOne = (tx) => tx.put('states', key, Buffer.from(String(count(tx) + 1)));

async function commit() {
  const storage = openLmdbStorage({ dir });
  storage.transact((tx) => {
    addOne(tx);
    say('under way');
    readSync(0, Buffer.alloc(10));
  });
  await storage.close();
}

async function read() {
  say('opening');
  const storage = openLmdbStorage({ dir, readOnly: true });
  say(storage.read(count));
  await storage.close();
}

async function openOften() {
  for (let round = 0; round < 600; round++) {
    const storage = openLmdbStorage({ dir });
    if (round % 4 === 0) storage.transact(addOne);
    await storage.close();
  }
}

/** What was collected, natively as well, is gone for good two turns of the loop later. */
async function openGone() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  for (let round = 0; round < 5; round++) {
    try {
      openGate(join(dir, 'gone'));
    } catch (error) {
      say(error.code);
    }
    gc();
    await nextTurn();
    await nextTurn();
  }
}

function setBack() {
  const lock = openSync(join(dir, 'lock.mdb'), 'r+');
  const id = Buffer.alloc(8);
  readSync(lock, id, 0, 8, 8);
  id.writeBigUInt64LE(id.readBigUInt64LE() - 1n);
  writeSync(lock, id, 0, 8, 8);
  closeSync(lock);
}

await { commit, read, open: openOften, gone: openGone, 'set-back': setBack }[action]();
