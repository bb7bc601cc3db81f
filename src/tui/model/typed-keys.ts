/** A key that was pressed: its name as in the keymap, and the text that it types, if any. */
export interface Key {
  readonly name: string;
  readonly text?: string;
}

/** A key as ink tells of it. */
export interface InkKey {
  readonly [flag: string]: boolean | undefined | string;
}

const named: readonly (readonly [flag: string, name: string])[] = [
  ['upArrow', 'up'],
  ['downArrow', 'down'],
  ['leftArrow', 'left'],
  ['rightArrow', 'right'],
  ['pageUp', 'pageup'],
  ['pageDown', 'pagedown'],
  ['home', 'home'],
  ['end', 'end'],
  ['return', 'enter'],
  ['escape', 'esc'],
  ['backspace', 'backspace'],
  // A terminal's backspace is told as delete.
  ['delete', 'backspace'],
];

/** Keys of what ink hands over: several at once, where they were typed fast or pasted. */
export function typedKeys(input: string, flags: InkKey): readonly Key[] {
  if (flags.tab) return [{ name: flags.shift ? 'shift+tab' : 'tab' }];
  const found = named.find(([flag]) => flags[flag]);
  if (found) return [{ name: found[1] }];
  // Escape and a key right after it come as one: no command has a key with alt.
  if (flags.meta && input !== '') return [{ name: 'esc' }, ...typedKeys(input, { ...flags, meta: false })];
  if (flags.ctrl && input !== '') return [{ name: `ctrl+${input}` }];
  return [...input].flatMap(keyOf);
}

function keyOf(character: string): readonly Key[] {
  if (character === '\r' || character === '\n') return [{ name: 'enter' }];
  if (character === '\t') return [{ name: 'tab' }];
  if (character === ' ') return [{ name: 'space', text: ' ' }];
  const code = character.codePointAt(0) ?? 0;
  if (code === 0x7f || code === 0x08) return [{ name: 'backspace' }];
  if (code < 0x20) return [{ name: `ctrl+${String.fromCharCode(code + 0x60)}` }];
  return [{ name: character, text: character }];
}
