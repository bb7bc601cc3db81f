let hasLoaded = false;

/** Notes that this process loads a module of a user. */
export function noteLoadedCode(): void {
  hasLoaded = true;
}

/** Whether this process has loaded a module of a user. It keeps it: only another process sees what is written there later. */
export function hasLoadedCode(): boolean {
  return hasLoaded;
}
