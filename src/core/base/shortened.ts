/** A text as it is, or its beginning and its end, when it is longer than `unitsMax` UTF-16 units. */
export function shortened(text: string, unitsMax: number): string {
  if (text.length <= unitsMax) return text;
  const end = Math.floor(unitsMax / 4);
  // Cut within a character, either half of it would be none.
  return `${text.slice(0, unitsMax - end - 3)} … ${text.slice(-end)}`.toWellFormed();
}
