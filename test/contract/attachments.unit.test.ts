// Goal: attachments in memory, and those of a dry run, keep the promises of the port. Method: the suite that every store runs.
import { rehearsedAttachments } from '../../src/storage/layered/rehearsed-attachments.ts';
import { memoryAttachments } from '../../src/storage/memory/memory-attachments.ts';
import { type AttachmentsUnderTest, attachmentsContract, put } from './attachments.ts';

function inMemory() {
  let now = Date.parse('2026-01-31T12:00:00Z');
  const clock = { now: () => now };
  const passTime = (ms: number) => {
    now += ms;
  };
  return { clock, passTime, store: memoryAttachments(clock) };
}

attachmentsContract('memory', (): AttachmentsUnderTest => {
  const { clock, passTime, store } = inMemory();
  return { open: () => store, now: clock.now, passTime, dispose() {} };
});

attachmentsContract(
  'a dry run',
  async () => {
    const { clock, passTime, store } = inMemory();
    await put(store, Buffer.from('it was here'));
    const part = await store.begin('of before');
    await part.write(Buffer.from('a part'));
    await part.close(true);
    return { open: () => rehearsedAttachments(store, clock), now: clock.now, passTime, dispose() {} };
  },
  { isRehearsal: true },
);
