// Characters that terminals draw two columns wide, and those that they draw on top of the one before.
const wide =
  /[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const joined = /\p{M}|\u200b|\u200c|\u200d|\ufe0f/u;

/** Columns of a terminal. One that says 0, or nothing, as those of containers and CI may, counts as 80. */
export function columnsOf(terminal: { readonly columns?: number | undefined }): number {
  return terminal.columns || columnsDefault;
}

const columnsDefault = 80;

/** Columns that a text takes on a terminal, without control characters in it. */
export function widthOf(text: string): number {
  if (/^[\x20-\x7e]*$/.test(text)) return text.length;
  let columns = 0;
  for (const character of text) columns += widthOfOne(character);
  return columns;
}

/** A text in at most `columns`, with a mark where it was cut. */
export function cutTo(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  let cut = '';
  let left = columns - 1;
  for (const character of text) {
    left -= widthOfOne(character);
    if (left < 0) break;
    cut += character;
  }
  return columns < 1 ? '' : `${cut}…`;
}

/** A name in at most `columns`, cut in its middle so that both ends can be told. */
export function cutMiddle(text: string, columns: number): string {
  if (widthOf(text) <= columns) return text;
  if (columns < 3 || widthOf(text) !== text.length) return cutTo(text, columns);
  const tail = Math.floor((columns - 1) / 2);
  return `${text.slice(0, columns - 1 - tail)}…${text.slice(text.length - tail)}`;
}

/** A text followed by spaces up to `columns`. */
export function padTo(text: string, columns: number): string {
  return text + ' '.repeat(Math.max(0, columns - widthOf(text)));
}

function widthOfOne(character: string): number {
  if (wide.test(character)) return 2;
  return joined.test(character) ? 0 : 1;
}
