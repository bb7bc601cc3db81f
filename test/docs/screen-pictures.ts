import { stripVTControlCharacters } from 'node:util';

const colours: Readonly<Record<string, string>> = { 31: '#e06c75', 32: '#98c379', 33: '#e5c07b', 36: '#56b6c2' };
const [cell, row] = [8.4, 18];

/** What a program painted, as a picture: its last paint of each line, with its colours. */
export function pictureOf(output: string, rows: number, columns: number): string {
  const lines: string[] = Array.from({ length: rows }, () => '');
  for (const paint of output.split('\u001b[?2026h').slice(1)) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of the terminal are what is read
    for (const part of paint.split('\u001b[?2026l')[0]?.split(/\u001b\[(?=\d+;1H)/) ?? []) {
      const [, at, text = ''] = /^(\d+);1H(.*)$/s.exec(part) ?? [];
      if (at !== undefined) lines[Number(at) - 1] = text;
    }
  }
  const texts = lines.map(
    (line, i) => `<text x="10" y="${(i + 1) * row + 4}" xml:space="preserve">${spansOf(line)}</text>`,
  );
  const [width, height] = [Math.ceil(columns * cell) + 20, rows * row + 20];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}">
<rect width="100%" height="100%" rx="6" fill="#1e2127"/>
<g font-family="ui-monospace, Menlo, Consolas, monospace" font-size="14" fill="#abb2bf">
${texts.join('\n')}
</g>
</svg>
`;
}

function spansOf(line: string): string {
  let style = { fill: '', isBold: false, isDim: false, isChosen: false };
  let spans = '';
  // biome-ignore lint/suspicious/noControlCharactersInRegex: codes of the terminal are what is read
  for (const [, code, text] of line.matchAll(/\u001b\[([\d;]*)[mK]|([^\u001b]+)/g)) {
    if (code !== undefined) style = code.split(';').reduce(styled, style);
    else if (text !== undefined)
      spans += `<tspan${attributes(style)}>${escaped(stripVTControlCharacters(text))}</tspan>`;
  }
  return spans;
}

type Style = { readonly fill: string; readonly isBold: boolean; readonly isDim: boolean; readonly isChosen: boolean };

function styled(style: Style, code: string): Style {
  if (code === '0') return { fill: '', isBold: false, isDim: false, isChosen: false };
  if (code === '1') return { ...style, isBold: true };
  if (code === '2') return { ...style, isDim: true };
  if (code === '7' || code === '27') return { ...style, isChosen: code === '7' };
  if (code === '22') return { ...style, isBold: false, isDim: false };
  return code === '39' ? { ...style, fill: '' } : { ...style, fill: colours[code] ?? style.fill };
}

function attributes({ fill, isBold, isDim, isChosen }: Style): string {
  const colour = isChosen ? '#ffffff' : fill;
  return [
    colour === '' ? '' : ` fill="${colour}"`,
    isBold || isChosen ? ' font-weight="bold"' : '',
    isDim ? ' opacity="0.6"' : '',
    isChosen ? ' text-decoration="underline"' : '',
  ].join('');
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
