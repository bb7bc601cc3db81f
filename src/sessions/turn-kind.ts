import type { App } from '../core/app.ts';
import type { TurnContext } from './set-aside.ts';
import type { Led } from './turn.ts';
import type { TurnReport } from './turn-report.ts';

/** Sessions that the engine itself knows how to lead, by their theme. */
export interface TurnKind {
  handles(theme: string, app: App): boolean;
  /** Themes that a worker leads by itself, without being told to. */
  themes(app: App): readonly string[];
  run(context: TurnContext, led: Led): Promise<TurnReport>;
}
