/** The answers of a program to what the outside does to it. */
export interface LifeHandlers {
  /** Gives the terminal back, whatever happens next. */
  leave(): void;
  /** Takes it again, and paints all. */
  comeBack(): void;
  /** Ends in order, with this exit code. */
  end(code: number): void;
}

/** The exit code of a process whose terminal went away. */
export const exitCodeOfHangup = 129;

const endings = { SIGINT: 130, SIGTERM: 143, SIGHUP: exitCodeOfHangup } as const;

/** Ends as a process does whose terminal went away: an exit of Node's would fail, as it puts the terminal in order. */
export function endByHangup(): void {
  process.kill(process.pid, 'SIGHUP');
}

/**
 * Gives the terminal back however the process ends or stops: by a signal, an error that nobody caught, an exit from
 * anywhere, a stop and `fg`. Returns how to stop by one's own wish, and how to stop listening.
 */
export function liveWith({ leave, comeBack, end }: LifeHandlers): { suspend(): void; release(): void } {
  const onEnd = (name: keyof typeof endings) => {
    leave();
    end(endings[name]);
  };
  const onCrash = () => leave();
  const suspend = () => {
    leave();
    // The starter may have children of its own in the group: a shell stops them all.
    process.kill(0, 'SIGSTOP');
  };
  const names = Object.keys(endings) as (keyof typeof endings)[];
  for (const name of names) process.on(name, onEnd);
  process.on('uncaughtExceptionMonitor', onCrash).on('exit', leave).on('SIGCONT', comeBack).on('SIGTSTP', suspend);
  return {
    suspend,
    release() {
      for (const name of names) process.off(name, onEnd);
      process
        .off('uncaughtExceptionMonitor', onCrash)
        .off('exit', leave)
        .off('SIGCONT', comeBack)
        .off('SIGTSTP', suspend);
    },
  };
}
