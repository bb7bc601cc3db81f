import { EventEmitter } from 'node:events';
import { render } from 'ink';
import { createElement } from 'react';
import { columnsOf } from '../text/width.ts';
import { perform, rehearse } from './actions/perform-action.ts';
import { keymapOf } from './app/keymap.ts';
import { reduce } from './app/reduce.ts';
import { frameOf } from './frame/frame-of.ts';
import { Frame, type FrameProps } from './frame/ink-frame.ts';
import { Painter } from './frame/painter.ts';
import type { StyledLine } from './line/styled-line.ts';
import { freshList } from './list/list-state.ts';
import type { AppEvent } from './model/app-event.ts';
import type { AppState, ScreenEffect } from './model/app-state.ts';
import { type Dialog, endedText } from './model/dialog.ts';
import type { JobProgress } from './model/job.ts';
import { toProblem } from './source/problem.ts';
import { Source } from './source/source.ts';
import { endByHangup, exitCodeOfHangup, liveWith } from './terminal/life.ts';
import { clipboardCodes, ScreenTerminal } from './terminal/screen-terminal.ts';
import type { TuiOptions } from './tui-options.ts';

/** Between two frames there is at least so much time, in ms. */
const frameMs = 100;
const tickMs = 1_000;

/** Shows the screen on the terminal of this process until it is ended; the exit code. */
export function runTui(options: TuiOptions): Promise<number> {
  return new Promise((resolve) => new Player(options, resolve).begin());
}

/** Connects the terminal, the state and the environment. */
class Player {
  private readonly resolve: (code: number) => void;
  private readonly keymap;
  private readonly source: Source;
  private readonly terminal = new ScreenTerminal(1, (isRaw) => process.stdin.setRawMode?.(isRaw));
  private readonly painter = new Painter();
  private readonly life;
  private readonly ink = inkWithoutOutput();
  private readonly ticking: NodeJS.Timeout;
  private readonly stops = new Map<object, AbortController>();
  private state: AppState;
  private timer: NodeJS.Timeout | undefined;
  private paintedAt = 0;
  private isDirty = false;
  private isEnded = false;
  /** The work on sessions, sagas and queues that is under way. */
  private working: Promise<unknown> = Promise.resolve();
  /** The result of work that was under way when the screen ended. */
  private untold = '';

  constructor(options: TuiOptions, resolve: (code: number) => void) {
    this.resolve = resolve;
    this.keymap = keymapOf(options.commands);
    this.state = firstState(options);
    this.source = new Source(
      { dir: options.dir, app: options.app, readOnly: options.readOnly !== undefined, intervalMs: frameMs },
      (event) => this.dispatch(event),
    );
    this.life = liveWith({
      leave: () => this.terminal.leave(),
      comeBack: () => this.comeBack(),
      end: (code) => void this.end(code),
    });
    this.ticking = setInterval(() => this.tick(), tickMs);
  }

  begin(): void {
    this.terminal.enter();
    process.stdout.on('resize', this.resized);
    this.draw();
    void this.source.run();
  }

  /** Where nothing is heard, what is shown grows old. */
  private tick(): void {
    if (Date.now() - this.state.heard > 2 * tickMs) this.dispatch({ type: 'tick', now: Date.now() });
  }

  private readonly resized = () => this.dispatch({ type: 'resized', ...sizeOf() });

  private dispatch(event: AppEvent): void {
    if (this.isEnded) return;
    const { state, effects } = reduce(this.state, event, this.keymap);
    this.state = state;
    for (const effect of effects) this.run(effect);
    if (event.type === 'quiet') return;
    this.source.serve(this.state);
    this.schedule();
  }

  private run(effect: ScreenEffect): void {
    if (effect.kind === 'quit') void this.end(effect.code);
    else if (effect.kind === 'suspend') this.life.suspend();
    else if (effect.kind === 'repaint') this.painter.forget();
    else if (effect.kind === 'copy') {
      this.terminal.say(clipboardCodes(effect.text));
      this.dispatch({ type: 'copied', text: effect.text });
    } else if (effect.kind === 'stop') this.stops.get(effect.action)?.abort();
    else if (effect.kind === 'mark all') void this.source.markAll(effect.want);
    else {
      const work = this.carryOut(effect.kind, effect.dialog);
      if (effect.kind === 'perform') this.working = Promise.all([this.working, work]);
    }
  }

  private async carryOut(kind: 'rehearse' | 'perform', { action, plan = [], ...given }: Dialog): Promise<void> {
    const { signal } = this.stoppable(action);
    try {
      if (kind === 'rehearse') {
        const items = await this.source.use((env) => rehearse(env, action, { ...given, signal }));
        return this.dispatch({ type: 'planned', items, action });
      }
      const onProgress = (progress: JobProgress) => this.dispatch({ type: 'progress', action, progress });
      const carried = { action, plan, onProgress, signal };
      const performed = await this.source.use((env) => perform(env, carried, given));
      if (this.isEnded) this.untold += endedText(action, performed);
      this.dispatch({ type: 'performed', ...performed, action });
    } catch (error) {
      this.dispatch({ type: 'failed', problem: toProblem(error), action });
    } finally {
      this.stops.delete(action);
    }
  }

  /** A way to stop half way what is found out about an action, or carried out of it. */
  private stoppable(action: object): AbortController {
    const stop = new AbortController();
    this.stops.set(action, stop);
    return stop;
  }

  /** Draws soon: at once when nothing was drawn lately, and no faster than the terminal takes it. */
  private schedule(): void {
    this.isDirty = true;
    if (this.timer || this.terminal.busy) return;
    this.timer = setTimeout(() => this.draw(), Math.max(0, this.paintedAt + frameMs - performance.now()));
  }

  private draw(): void {
    this.timer = undefined;
    if (this.isEnded) return;
    this.isDirty = false;
    this.paintedAt = performance.now();
    const lines = frameOf(this.state, this.keymap);
    const rows = this.painter.changesTo(lines);
    // Most of a frame is what it was.
    const changed = rows.flatMap((row) => [lines[row] ?? []]);
    if (rows.length > 0) this.show(changed, (texts) => this.write(this.painter.paint(rows, texts)));
  }

  private show(lines: readonly StyledLine[], paint: FrameProps['paint']): void {
    const { hasColor } = this.state.look;
    this.ink.show({ lines, hasColor, paint, onKey: (key) => this.dispatch({ type: 'key', key }) });
  }

  private write(text: string): void {
    if (this.isEnded) return;
    this.terminal.show(text, (error) => {
      if (error) void this.end(exitCodeOfHangup);
      else if (this.isDirty) this.schedule();
    });
  }

  private comeBack(): void {
    if (this.isEnded) return;
    this.terminal.enter();
    this.painter.forget();
    this.resized();
  }

  private async end(code: number): Promise<void> {
    if (this.isEnded) return;
    this.isEnded = true;
    for (const stop of this.stops.values()) stop.abort();
    clearTimeout(this.timer);
    clearInterval(this.ticking);
    process.stdout.off('resize', this.resized);
    this.terminal.leave();
    this.ink.end();
    // From here on a signal ends the process as any other.
    this.life.release();
    await this.working;
    if (code !== exitCodeOfHangup) process.stderr.write(this.untold);
    await this.source.close();
    if (code === exitCodeOfHangup) endByHangup();
    this.resolve(code);
  }
}

function firstState({ dir, actor, readOnly, hasColor, isAscii }: TuiOptions): AppState {
  const now = Date.now();
  return {
    ...{ ...sizeOf(), look: { hasColor, isAscii }, now, heard: now, dir, actor, readOnly },
    ...{ overview: undefined, lost: undefined, loaded: new Map(), jobs: [], prompt: undefined, notice: undefined },
    crumbs: [{ place: { screen: 'overview' }, list: freshList, filter: '', marks: new Map() }],
  };
}

function sizeOf(): { readonly columns: number; readonly rows: number } {
  return { columns: columnsOf(process.stdout), rows: process.stdout.rows || 24 };
}

/** Ink for what it is used for: it takes the keys, and its components paint. It writes nothing itself. */
function inkWithoutOutput() {
  const stdout = Object.assign(new EventEmitter(), { columns: 1, rows: 2, isTTY: true, write: () => true });
  let instance: ReturnType<typeof render> | undefined;
  return {
    show(props: FrameProps): void {
      const element = createElement(Frame, props);
      const options = {
        stdout: stdout as unknown as NodeJS.WriteStream,
        debug: true,
        exitOnCtrlC: false,
        patchConsole: false,
      };
      if (instance) instance.rerender(element);
      else instance = render(element, options);
    },
    end: () => instance?.unmount(),
  };
}
