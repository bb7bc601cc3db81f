import { TxlogError } from '../../core/base/errors.ts';

/** Words by which a shell joins commands and files: this prompt does not, and refuses them. */
const ofShells = /^(?:[|<>;&]|&&|\|\||>>|2>)$/;

/**
 * The words of a line, as a shell cuts them: by spaces, with quotes and backslashes. A `txlog` in front is left out, and
 * all from a `#` that begins a word.
 *
 * Errors: USAGE of a quote without an end, and of pipes and redirections.
 */
export function splitWords(line: string): readonly string[] {
  const words: string[] = [];
  let rest = line.trimStart();
  while (rest !== '' && !rest.startsWith('#')) {
    const [word, length] = readWord(rest);
    if (ofShells.test(rest.slice(0, length))) throw refused(rest.slice(0, length));
    words.push(word);
    rest = rest.slice(length).trimStart();
  }
  return words[0] === 'txlog' ? words.slice(1) : words;
}

/** The word that a text begins with, and the units that it takes. */
function readWord(text: string): readonly [string, number] {
  let word = '';
  let at = 0;
  while (at < text.length && !/\s/.test(text[at] ?? '')) {
    const unit = text[at] ?? '';
    if (unit === "'" || unit === '"') {
      const [quoted, length] = readQuoted(text.slice(at), unit);
      word += quoted;
      at += length;
    } else if (unit === '\\') {
      word += text[at + 1] ?? '';
      at += 2;
    } else {
      word += unit;
      at += 1;
    }
  }
  return [word, at];
}

function readQuoted(text: string, quote: string): readonly [string, number] {
  let quoted = '';
  for (let at = 1; at < text.length; at++) {
    const unit = text[at] ?? '';
    if (unit === quote) return [quoted, at + 1];
    const isEscaped = quote === '"' && unit === '\\' && /["\\$`]/.test(text[at + 1] ?? '');
    if (isEscaped) at += 1;
    quoted += text[at] ?? '';
  }
  throw new TxlogError('USAGE', `the closing quote is missing: ${quote}`);
}

function refused(word: string): TxlogError {
  return new TxlogError('USAGE', `${word} works only in a shell: this prompt takes one txlog command per line`, {
    hint: 'To use pipes and files, leave with exit, and run the command in your shell.',
  });
}
