import { SimProcess, type SimWorld } from '../../sim/operators/world.ts';
import type { Fate, SidePlan } from './plans.ts';

/** One call of a step, as the callee got it. */
export interface Received {
  readonly saga: string;
  readonly step: string;
  readonly side: 'do' | 'undo';
  readonly key: string;
  readonly fate: Fate;
  /** Number of the call, of all calls. */
  readonly n: number;
  /** Head of the log that its worker could see, when it began. */
  readonly head: number;
}

/** What one step of one saga did to the world. */
export interface Effect {
  /** How often it was applied, and undone. */
  applied: number;
  undone: number;
  /** Numbers of the calls that did. */
  appliedAt: number;
  undoneAt: number;
}

/**
 * The outside world, behaving well: it knows keys, does each thing once, undoes what it did, and does nothing that was
 * undone before. It also keeps all calls as they came, for a callee that knows no keys.
 */
export class Callee {
  readonly received: Received[] = [];
  readonly effects = new Map<string, Effect>();
  /** From when on nothing fails any more but what is broken; and from when on that does not, either. */
  isCalm = false;
  isMended = false;
  private readonly used = new Map<string, number>();
  private readonly known = new Map<string, 'done' | 'refused'>();
  readonly world: SimWorld;

  constructor(world: SimWorld) {
    this.world = world;
  }

  /** The effect of a step. */
  effect(saga: string, step: string): Effect {
    const name = `${saga}/${step}`;
    const effect = this.effects.get(name) ?? { applied: 0, undone: 0, appliedAt: -1, undoneAt: -1 };
    this.effects.set(name, effect);
    return effect;
  }

  /** Takes a call, and tells what is to become of it. */
  receive(call: Omit<Received, 'fate' | 'n'>, plan: SidePlan): Received {
    this.world.activity += 1;
    const side = `${call.saga}/${call.step}/${call.side}`;
    const n = this.used.get(side) ?? 0;
    this.used.set(side, n + 1);
    const planned = plan.isBroken && !this.isMended ? 'fail' : (plan.fates[n] ?? 'ok');
    const isCrash = /^(die|stop)/.test(planned);
    const received = { ...call, fate: this.isCalm && isCrash ? 'ok' : planned, n: this.received.length };
    this.received.push(received);
    return received;
  }

  /** Does what was asked for, once. False when it is refused: now, or before under the same key. */
  apply({ saga, step, side, key, fate, n }: Received): boolean {
    const before = this.known.get(key);
    if (before) return before === 'done';
    const effect = this.effect(saga, step);
    const isRefused = fate === 'refuse' || (side === 'do' && effect.undone > 0);
    this.known.set(key, isRefused ? 'refused' : 'done');
    if (isRefused) return false;
    if (side === 'do') {
      effect.applied += 1;
      effect.appliedAt = n;
    } else {
      effect.undone += 1;
      effect.undoneAt = n;
    }
    return true;
  }

  /** Whether the callee refused a key for good. */
  hasRefused(key: string): boolean {
    return this.known.get(key) === 'refused';
  }
}

const stoppedMs = 9_000;

/** So many ms of the time of a process. */
export function pause(process: SimProcess, ms: number): Promise<void> {
  return new Promise((resolve) => process.after(ms, resolve));
}

/** Does to a process what a fate says, before or after the callee did its part. */
export async function suffer(process: SimProcess, fate: Fate, when: 'before' | 'after'): Promise<void> {
  if (fate === `die-${when}`) process.kill();
  if (fate === `stop-${when}`) {
    process.stop();
    // Somebody else's time: its own stands still.
    const { world } = process;
    world.after(new SimProcess(world), stoppedMs, () => process.resume());
  }
  await process.running();
}
