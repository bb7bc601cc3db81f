import type { TaskAnswer } from '../../pipeline/2-batch.ts';
import type { KeptPlace } from '../host/open-places.ts';
import { type Led, ledSession } from '../turn/led-session.ts';

/** Places of a worker that are kept for sessions which are being made. */
export class KeptPlaces {
  /** A record of such a session was not confirmed: it may be led. */
  isUnsure = false;
  private readonly themes: string[] = [];

  get size(): number {
    return this.themes.length;
  }

  /** How many are kept for a theme. */
  of(theme: string): number {
    return this.themes.filter((other) => other === theme).length;
  }

  /**
   * Keeps one, under the lease of an operator. `settled` hears that it is kept no more, with the session that has it now; without
   * one when that waits like any other, or the operator is another one by now.
   */
  keep(
    theme: string,
    operator: { readonly id: string; readonly lease: number; readonly isLost: boolean },
    settled: (led: Led | undefined) => void,
  ): KeptPlace {
    const { id, lease } = operator;
    this.themes.push(theme);
    return {
      lead: { operator: id, lease },
      settle: (answer) => {
        this.themes.splice(this.themes.indexOf(theme), 1);
        this.isUnsure ||= answer === undefined;
        settled(operator.isLost ? undefined : ledBy(id, theme, answer));
      },
    };
  }
}

/** The session in an answer, if it is led by an operator. */
function ledBy(operator: string, theme: string, answer: TaskAnswer | undefined): Led | undefined {
  if (answer?.type !== 'operation' || !answer.operation.ok) return undefined;
  const { session, now } = answer.operation;
  return now?.status === 'active' && now.operator === operator ? ledSession(session, theme, now) : undefined;
}
