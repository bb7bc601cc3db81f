import { readdirSync, readlinkSync, readSync, realpathSync } from 'node:fs';

/** The word of a lock in the memory that processes share: who holds it, and whether someone sleeps until it is free. */
export interface LockWord {
  /** Whether a thread held the lock a moment ago. */
  isHeld(): boolean;
  /** Whether this very thread holds it. */
  isMine(): boolean;
  /** Whether a thread may sleep in the kernel until the lock is free. */
  hasSleeper(): boolean;
}

/** Bits of the word, as the kernel wants them of robust locks: the thread that holds it, and that others sleep. */
const holderBits = 0x3fff_ffff;
const sleeperBit = 0x8000_0000;
const wordBytes = 4;
/** Where LMDB has its writers' lock in its lock file, and where a lock of the C library of GNU has its word and its kind. */
const lockAt = 64;
const kindAt = lockAt + 16;
/** A robust lock that processes share. */
const robustShared = 0x90;

/**
 * Finds the word of the writers' lock in a lock file that LMDB has open; undefined on systems that do not show it, or have
 * locks of another form. It is read through the descriptor that LMDB has: to close one of our own would give up what
 * LMDB locked by it. Not to be read once LMDB has closed the file.
 */
export function findLockWord(lockFile: string): LockWord | undefined {
  try {
    const descriptor = findDescriptor(realpathSync(lockFile));
    if (descriptor === undefined || readWord(descriptor, kindAt) !== robustShared) return undefined;
    const holder = () => readWord(descriptor, lockAt) & holderBits;
    return {
      isHeld: () => holder() !== 0,
      isMine: () => holder() === ownThread(),
      hasSleeper: () => (readWord(descriptor, lockAt) & sleeperBit) !== 0,
    };
  } catch {
    // Only Linux has /proc. Without it, the kernel alone says when the lock is free.
    return undefined;
  }
}

const word = Buffer.alloc(wordBytes);

function readWord(descriptor: number, at: number): number {
  return readSync(descriptor, word, 0, wordBytes, at) === wordBytes ? word.readUInt32LE(0) : 0;
}

function findDescriptor(file: string): number | undefined {
  const descriptors = readdirSync('/proc/self/fd').map(Number);
  // The newest first: LMDB has just opened it.
  return descriptors.sort((a, b) => b - a).find((descriptor) => pathOf(descriptor) === file);
}

function pathOf(descriptor: number): string | undefined {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    // Closed since it was listed, as that of the listing itself.
    return undefined;
  }
}

/** Number of this thread, which the kernel knows the holder of a lock by. */
function ownThread(): number {
  return Number(readlinkSync('/proc/thread-self').split('/').at(-1));
}
