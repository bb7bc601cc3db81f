import type { SagaDefinition, SagaStep } from '../../index.ts';
import { groupOf } from '../../shapes/saga-graph.ts';
import { mermaidText } from './mermaid.ts';
import { actionText } from './saga-graph.ts';

/** A step and its place: `S2_1` is the first one of the second group. */
interface Place {
  readonly step: SagaStep;
  readonly node: string;
}

/**
 * The definition of a type of saga as a Mermaid flowchart: its steps downwards, what undoes them upwards, and the ways
 * between them: a step that fails turns the saga back, what cannot be undone waits for a person.
 */
export function formatGraphMermaid(type: string, definition: SagaDefinition): string {
  const groups = definition.steps.map((entry, i) =>
    groupOf(entry).map((step, k): Place => ({ step, node: `S${i + 1}_${k + 1}` })),
  );
  const undos = groups.map((group) => group.filter(({ step }) => step.compensate));
  const lines = [
    `begin([${label(`${type} starts`)}])`,
    ...groups.flatMap((group, i) => boxes(group, { name: `G${i + 1}`, title: 'at the same time' }, stepBox)),
    ...undos.flatMap((group, i) => boxes(group, { name: `U${i + 1}`, title: 'undone at the same time' }, undoBox)),
    'finished([done])',
    ...(undos.some(hasAny) ? [`person([${label('waits for a person')}])`] : []),
    'compensated([compensated])',
    ...forward(groups),
    ...backward(undos),
    ...groups.map((group, i) => `${nameOf(group, `G${i + 1}`, 'S')} -. fails .-> ${backTarget(undos, i)}`),
  ];
  return `flowchart TD\n${lines.map((line) => `  ${line}`).join('\n')}`;
}

function boxes(
  group: readonly Place[],
  { name, title }: { readonly name: string; readonly title: string },
  box: (place: Place) => string,
): readonly string[] {
  if (group.length < 2) return group.map(box);
  return [`subgraph ${name}[${label(title)}]`, ...group.map((place) => `  ${box(place)}`), 'end'];
}

function stepBox({ step, node }: Place): string {
  return `${node}[${label(`${step.name}: ${actionText(step.do, step.at)}`)}]`;
}

function undoBox({ step, node }: Place): string {
  const action = step.compensate ? actionText(step.compensate, step.at) : '';
  return `${undoNode(node)}[${label(`undo ${step.name}: ${action}`)}]`;
}

function undoNode(node: string): string {
  return node.replace('S', 'C');
}

/** A group by its only node, or by its box. */
function nameOf(group: readonly Place[], box: string, kind: 'S' | 'C'): string {
  const [only] = group;
  if (group.length !== 1 || !only) return box;
  return kind === 'S' ? only.node : undoNode(only.node);
}

function forward(groups: readonly (readonly Place[])[]): readonly string[] {
  const names = ['begin', ...groups.map((group, i) => nameOf(group, `G${i + 1}`, 'S')), 'finished'];
  return names.slice(1).map((name, i) => `${names[i]} --> ${name}`);
}

function backward(undos: readonly (readonly Place[])[]): readonly string[] {
  return undos.flatMap((group, i) => {
    if (!hasAny(group)) return [];
    const name = nameOf(group, `U${i + 1}`, 'C');
    return [`${name} --> ${backTarget(undos, i - 1)}`, `${name} -. cannot .-> person`];
  });
}

/** Finds the group, of those up to this one, that is undone first. */
function backTarget(undos: readonly (readonly Place[])[], last: number): string {
  for (let i = last; i >= 0; i--) {
    const group = undos[i];
    if (group && hasAny(group)) return nameOf(group, `U${i + 1}`, 'C');
  }
  return 'compensated';
}

function hasAny(group: readonly Place[]): boolean {
  return group.length > 0;
}

/** Text in a box: between quotation marks, so that none may be in it. */
function label(text: string): string {
  return `"${mermaidText(text).replaceAll('"', '#34;')}"`;
}
