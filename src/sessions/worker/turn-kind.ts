import type { App } from '../../core/app/app.ts';
import type { SessionHost } from '../host/session-host.ts';
import type { Led } from '../turn/led-session.ts';
import type { TurnContext } from '../turn/turn-context.ts';
import type { TurnReport } from '../turn/turn-report.ts';

/** The work that there is in a theme. */
export interface DueTheme {
  readonly name: string;
  /** Sessions that may be led now; counted up to a bound. */
  readonly due: number;
  /** The session to lead, in place of the first of the theme. */
  readonly session?: string;
  /** It may be what its operator died of: who leads it leads nothing else meanwhile, so that it hurts only itself. */
  readonly alone?: boolean;
}

/** Sessions that the engine itself knows how to lead, by their theme. */
export interface TurnKind {
  handles(theme: string, app: App): boolean;
  /** Themes that a worker leads by itself, without being told to. */
  themes(app: App): readonly string[];
  run(context: TurnContext, led: Led): Promise<TurnReport>;
  /** Starts to look out, for one worker, for what wakes sessions of these themes. */
  wakeupPoller?(host: SessionHost, themes: ReadonlySet<string>): WakeupPoller;
}

/** Looks, whenever anything has happened, for sessions that sleep and are to be led now all the same. */
export interface WakeupPoller {
  look(): Promise<readonly DueTheme[]>;
}
