import type { Change } from '../../core/fold/change.ts';
import { isEngineType } from '../../core/log/record.ts';
import type { KeyReport, StoredRecord, TransactionReport } from '../../index.ts';
import { printable } from '../../text/printable.ts';
import { changeText, stateText } from './change-text.ts';
import { engineKeyText, opText } from './engine-key.ts';
import { formatRejection } from './receipt-text.ts';
import { sessionOfReading, standingText } from './session-text.ts';

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
    `participant C as ${mermaidText(record.actor ?? 'client')}`,
    'participant P as pipeline',
    ...(isHandled(record) ? [`participant H as ${mermaidText(`handler of ${record.type}`)}`] : []),
    'participant L as log',
    'participant S as states',
    `C->>P: ${mermaidText(`request ${record.id}, ${record.type}`)}`,
    'Note over P: 1 request, 2 batch',
    ...decision(report),
    `P->>L: 4 confirm, 5 log at position ${record.position}`,
    ...(record.outcome === 'committed' ? applied(record.changes, keys) : ['Note over S: nothing is applied']),
    ...operated(report),
    `P-->>C: ${mermaidText(`7 respond, ${record.outcome} at position ${record.position}`)}`,
    ...compensation(report),
  ];
  return `sequenceDiagram\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function decision({ record, keys }: TransactionReport): string[] {
  const handled = isHandled(record);
  const by = handled ? 'H' : 'P';
  const reads = keys.slice(0, drawnMax).map(({ key, before }) => {
    return `S-->>${by}: ${mermaidText(`${key} is ${stateText(before, textMax)}`)}`;
  });
  const { rejection } = record;
  const how = record.decided ? 'by the engine' : 'changes as requested';
  const asked = handled ? ['P->>H: 3 decide'] : [`Note over P: 3 decide, ${how}`];
  const decided = [...asked, ...reads, ...more(keys.length, `${by}`)];
  if (!rejection) return [...decided, ...(handled ? [`H-->>P: ${record.changes.length} changes`] : [])];
  const refusal = mermaidText(`rejected ${formatRejection(rejection)}`);
  return [...decided, handled ? `H--xP: ${refusal}` : `Note over P: ${refusal}`];
}

/** Whether a handler of users decided it, not the engine itself. */
function isHandled({ decided, type }: StoredRecord): boolean {
  return decided && !isEngineType(type);
}

function applied(changes: readonly Change[], keys: readonly KeyReport[]): string[] {
  const lines = keys.slice(0, drawnMax).map(({ key, before, after }) => {
    const own = changes.filter((change) => change.key === key);
    const ops = own.map((change) => `${change.op} ${changeText(change, textMax)}`.trim()).join(', ');
    return `L->>S: ${mermaidText(`6 apply ${ops} on ${key}, ${stateText(before, textMax)} becomes ${stateText(after, textMax)}`)}`;
  });
  return [...lines, ...more(keys.length, 'S')];
}

function operated({ record, sessions }: TransactionReport): string[] {
  const lines = sessions.slice(0, drawnMax).map(({ key, before, after }) => {
    const own = record.changes.filter((change) => change.key === key);
    const ops = own.map((change) => `${opText(change.op)} ${changeText(change, textMax)}`.trim()).join(', ');
    const became = `${standingText(sessionOfReading(before), 'none')} becomes ${standingText(sessionOfReading(after))}`;
    return `L->>S: ${mermaidText(`6 apply ${ops} on ${engineKeyText(key)}, ${became}`)}`;
  });
  return [
    ...lines,
    ...(sessions.length > drawnMax ? [`Note over S: and ${sessions.length - drawnMax} more sessions`] : []),
  ];
}

function compensation({ compensates, compensatedBy }: TransactionReport): string[] {
  return [
    ...(compensates
      ? [`Note over L,S: ${mermaidText(`undoes ${compensates.id} at position ${compensates.position}`)}`]
      : []),
    ...(compensatedBy
      ? [`Note over L,S: ${mermaidText(`undone by ${compensatedBy.id} at position ${compensatedBy.position}`)}`]
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
export function mermaidText(text: string): string {
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
