/**
 * Says something to people, on stderr; calls `then` once it is said. Where nobody can hear it (its reader went away,
 * its disk is full) the work goes on: how it ends is for its exit code to tell.
 */
export function say(text: string, then?: () => void): void {
  listenForLoss();
  try {
    process.stderr.write(text, () => then?.());
  } catch {
    // A stream on a file throws what one on a pipe passes on.
    then?.();
  }
}

/** Keeps the loss of stderr's reader from ending the process, also for what others write there. */
export function listenForLoss(): void {
  if (!process.stderr.listeners('error').includes(ignore)) process.stderr.on('error', ignore);
}

/** From now on `console` is talk too: what an app module prints must not stand between the lines of our data. */
export function redirectConsole(): void {
  const { stderr } = process;
  Object.assign(console, new console.Console({ stdout: stderr, stderr }));
}

function ignore(): void {}
