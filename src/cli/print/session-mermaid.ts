import type { Change } from '../../core/fold/change.ts';
import { asSession, sessionKey } from '../../core/fold/session.ts';
import { type SessionPage, type SessionStepEntry, sessionAfter } from '../../pages/session.ts';
import { timeText } from '../../text/time.ts';
import { changeText } from './change-text.ts';
import { opText } from './engine-key.ts';
import { mermaidText } from './mermaid.ts';
import { standingText } from './session-text.ts';

const textMax = 60;

/** The life of a session as a Mermaid sequence diagram: who did what to it, at which position, and what it became. */
export function formatSessionMermaid({ id, history, earlier, next }: SessionPage): string {
  const operators = new Map<string, string>();
  for (const entry of history) {
    const name = operatorOf(id, entry);
    if (name !== undefined && !operators.has(name)) operators.set(name, `O${operators.size + 1}`);
  }
  const lines = [
    'participant C as clients',
    `participant S as ${mermaidText(`session ${id}`)}`,
    ...[...operators].map(([name, short]) => `participant ${short} as ${mermaidText(name)}`),
    ...(earlier ? ['Note over S: earlier operations are left out'] : []),
    ...history.flatMap((entry) => stepLines(id, entry, operators.get(operatorOf(id, entry) ?? '') ?? 'C')),
    ...(next === undefined ? [] : ['Note over S: later operations are left out']),
  ];
  return `sequenceDiagram\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

/** Finds the operator of a step: the one that leads with it, or that led before and names its epoch. */
function operatorOf(id: string, entry: SessionStepEntry): string | undefined {
  const own = ownChanges(id, entry);
  if (own.some(({ op }) => op === 'session.lead')) return asSession(entry.after?.value)?.operator;
  const was = asSession(entry.before?.value);
  const named = own.some(({ value }) => (value as { epoch?: number } | undefined)?.epoch !== undefined);
  return was?.status === 'active' && named ? was.operator : undefined;
}

/** Selects the changes of the session alone: its record may do more to others. */
function ownChanges(id: string, { record }: SessionStepEntry): readonly Change[] {
  return record.changes.filter(({ key }) => key === sessionKey(id));
}

function stepLines(id: string, entry: SessionStepEntry, by: string): string[] {
  const { position } = entry.record;
  const own = ownChanges(id, entry);
  const after = sessionAfter(entry);
  const what = own.map((change) => `${opText(change.op)} ${changeText(change, textMax)}`.trim()).join(', ');
  const note = after?.status === 'stored' ? `sleeps until ${timeText(after.due)}` : standingText(after);
  const line = `${by}->>S: ${mermaidText(`${position} ${what}`)}`;
  return after?.status === 'active' ? [line] : [line, `Note over S: ${mermaidText(note)}`];
}
