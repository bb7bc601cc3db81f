/** How to end what is shown on the terminal now, such as a bar that hides the cursor. */
const open = new Set<() => void>();

/** Remembers how to end what is shown from now on; returns the same, which forgets it. */
export function whileShown(end: () => void): () => void {
  const endOnce = () => {
    if (open.delete(endOnce)) end();
  };
  open.add(endOnce);
  return endOnce;
}

/** Gives the terminal back: an error may come before the work whose end would do so. */
export function endShownWork(): void {
  for (const end of open) end();
}
