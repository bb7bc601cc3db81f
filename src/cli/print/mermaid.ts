import type { Change } from '../../core/change.ts';
import type { KeyReport, TransactionReport } from '../../index.ts';
import { changeText, stateText } from './change-text.ts';
import { formatRejection } from './receipt.ts';
import { printable } from './text.ts';

/** Keys that are drawn; more would be no picture any more. */
const drawnMax = 12;
const textMax = 60;

/**
 * A transaction's way through the pipeline as a Mermaid sequence diagram: who asked, what was decided on which states,
 * its place in the log, what it changed, and what undid it.
 */
export function formatMermaid(report: TransactionReport): string {
  const { record, keys } = report;
  const lines = [
    `participant C as ${word(record.actor ?? 'client')}`,
    'participant P as pipeline',
    ...(record.decided ? [`participant H as ${word(`handler of ${record.type}`)}`] : []),
    'participant L as log',
    'participant S as states',
    `C->>P: ${word(`request ${record.id}, ${record.type}`)}`,
    'Note over P: 1 request, 2 batch',
    ...decision(report),
    `P->>L: 4 confirm, 5 log at position ${record.position}`,
    ...(record.outcome === 'committed' ? applied(record.changes, keys) : ['Note over S: nothing is applied']),
    `P-->>C: ${word(`7 respond, ${record.outcome} at position ${record.position}`)}`,
    ...compensation(report),
  ];
  return `sequenceDiagram\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function decision({ record, keys }: TransactionReport): string[] {
  const by = record.decided ? 'H' : 'P';
  const reads = keys.slice(0, drawnMax).map(({ key, before }) => {
    return `S-->>${by}: ${word(`${key} is ${stateText(before, textMax)}`)}`;
  });
  const { rejection } = record;
  const asked = record.decided ? ['P->>H: 3 decide'] : ['Note over P: 3 decide, changes as requested'];
  const decided = [...asked, ...reads, ...more(keys.length, `${by}`)];
  if (!rejection) return [...decided, ...(record.decided ? [`H-->>P: ${record.changes.length} changes`] : [])];
  const refusal = word(`rejected ${formatRejection(rejection)}`);
  return [...decided, record.decided ? `H--xP: ${refusal}` : `Note over P: ${refusal}`];
}

function applied(changes: readonly Change[], keys: readonly KeyReport[]): string[] {
  const lines = keys.slice(0, drawnMax).map(({ key, before, after }) => {
    const own = changes.filter((change) => change.key === key);
    const ops = own.map((change) => `${change.op} ${changeText(change, textMax)}`.trim()).join(', ');
    return `L->>S: ${word(`6 apply ${ops} on ${key}, ${stateText(before, textMax)} becomes ${stateText(after, textMax)}`)}`;
  });
  return [...lines, ...more(keys.length, 'S')];
}

function compensation({ compensates, compensatedBy }: TransactionReport): string[] {
  return [
    ...(compensates ? [`Note over L,S: ${word(`undoes ${compensates.id} at position ${compensates.position}`)}`] : []),
    ...(compensatedBy
      ? [`Note over L,S: ${word(`undone by ${compensatedBy.id} at position ${compensatedBy.position}`)}`]
      : []),
  ];
}

function more(count: number, over: string): string[] {
  return count > drawnMax ? [`Note over ${over}: and ${count - drawnMax} more keys`] : [];
}

/**
 * Text from data as Mermaid reads it: what could end the text, start a directive, a style or markup is written as an
 * entity. Mermaid drops the semicolon of entities on lines that name a style, hence the last step.
 */
function word(text: string): string {
  const short = [...printable(text)].slice(0, 4 * textMax).join('');
  const escaped = short.replace(
    /(?<=@)\{|[^\p{L}\p{N} .,:_/()[\]{}"!?'=+→…*@-]/gu,
    (mark) => `#${mark.codePointAt(0)};`,
  );
  return (
    escaped.replace(/style|classDef|wrap/gi, (name) => `${name[0]}#${name.codePointAt(1)};${name.slice(2)}`).trim() ||
    '#32;'
  );
}
