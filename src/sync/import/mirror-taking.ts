import { TxlogError } from '../../core/base/errors.ts';
import { sessionKey } from '../../core/fold/session.ts';
import type { DumpEntry } from '../../layout/dump-schema.ts';
import { stateAtSteps } from '../../view/time-travel.ts';
import { entryOfState } from '../export/read-states.ts';
import type { Block } from '../format/dump-reader.ts';
import type { Manifest } from '../format/manifest.ts';
import type { SyncHost } from '../host/sync-host.ts';
import { checkJoint, MirrorBlock } from './mirror-block.ts';
import { nothingTaken, type Taken, type Taking } from './taking.ts';

/** Takes the records of a dump as they are, behind those that are here. Errors: SYNC_GAP, SYNC_FORK, SYNC_PARTIAL. */
export class MirrorTaking implements Taking {
  private readonly host: SyncHost;
  private readonly manifest: Manifest;

  constructor(host: SyncHost, manifest: Manifest) {
    this.host = host;
    this.manifest = manifest;
  }

  async begin(): Promise<void> {
    await this.host.env.read((cut) => checkJoint(cut, this.manifest));
  }

  async take({ entries }: Block): Promise<Taken> {
    const records = entries.filter(({ kind }) => kind === 'TXN');
    const states = entries.filter(({ kind }) => kind === 'STATE' || kind === 'SESSION');
    const taken = await this.mirror(records);
    await this.compareStates(states);
    return taken;
  }

  private async mirror(records: readonly DumpEntry[]): Promise<Taken> {
    if (records.length === 0) return nothingTaken;
    if (records.some(({ txn }) => !txn)) throw new TxlogError('DUMP_INVALID', 'a TXN of the dump has no transaction');
    const block = new MirrorBlock(this.manifest, records, {
      now: this.host.env.now(),
      attachments: this.host.attachments,
    });
    await this.host.adopt(block);
    return { ...nothingTaken, ...block.taken };
  }

  /** The dump says what its records come to; here the same must have come of them. */
  private async compareStates(states: readonly DumpEntry[]): Promise<void> {
    if (states.length === 0) return;
    await this.host.env.readSteps(function* (cut) {
      for (const entry of states) {
        const key = entry.state?.key ?? sessionKey(entry.session?.id ?? '');
        const own = yield* stateAtSteps(cut, key, entry.position);
        const same = own?.exists && sameEntry(entryOfState(own, entry.position), entry);
        if (!same) throw new TxlogError('DUMP_INVALID', `the dump has another state of ${key} than its records give`);
        yield;
      }
    });
  }
}

function sameEntry(own: DumpEntry, other: DumpEntry): boolean {
  return (
    own.kind === other.kind &&
    JSON.stringify(own.state ?? null) === JSON.stringify(other.state ?? null) &&
    JSON.stringify(own.session ?? null) === JSON.stringify(other.session ?? null)
  );
}
