import { limits } from '../../core/base/limits.ts';
import type { LinkedNode, LinkedTree } from '../../index.ts';
import type { Colors } from '../../text/colors.ts';
import { formatCount, printable } from '../../text/printable.ts';
import { shellQuote } from '../../text/shell-quote.ts';
import { formatTable } from '../../text/table.ts';

/** A tree of requests and sessions for people: each cause above whatever it brought about. `asked` stands out. */
export function formatLinkedTree(tree: LinkedTree, asked: string, colors: Colors): string {
  const { correlation, nodes, truncated } = tree;
  const branches = branchesOf(nodes.map(({ depth }) => depth));
  const known = new Set(nodes.map(({ id }) => id));
  const rows = nodes.map((node, i) => {
    const name = printable(node.id);
    return [
      `${colors.dim(branches[i] ?? '')}${node.id === asked ? colors.strong(name) : colors.key(name)}`,
      ...kindOf(node, colors),
      node.causation !== undefined && !known.has(node.causation)
        ? colors.dim(`caused by ${printable(node.causation)}, which is not here`)
        : '',
    ];
  });
  const count = nodes.length === 1 ? '1 request or session' : `${formatCount(nodes.length)} requests and sessions`;
  const title = `${colors.strong(printable(correlation))}: ${truncated ? 'the first ' : ''}${count}`;
  return [title, formatTable(rows), ...(truncated ? cutOff(correlation) : [])].join('\n');
}

/** The words below a tree that holds the first ones only, with the command that finds all requests. */
function cutOff(correlation: string): readonly string[] {
  const filter = `correlation == ${JSON.stringify(correlation)}`;
  return [
    `there are more: a tree holds the first ${formatCount(limits.treeNodesMax)} of the log`,
    `next: txlog log --where ${shellQuote(filter)}`,
  ];
}

function kindOf({ transaction, session, position }: LinkedNode, colors: Colors): readonly [string, string, string] {
  const theme = session ? colors.dim(`session of ${printable(session.theme)}, ${session.status}`) : '';
  if (!transaction) return [`${position}`, theme, ''];
  const { type, outcome, position: at } = transaction;
  const colour = outcome === 'committed' ? colors.good : colors.bad;
  return [`${at}`, `${printable(type)} ${colour(outcome)}`, theme];
}

/** The lines before each name: a branch for its own place, and those above it that go on below. */
function branchesOf(depths: readonly number[]): readonly string[] {
  // From the last one up: at which levels something still follows.
  const open: boolean[] = [];
  return depths
    .toReversed()
    .map((depth) => {
      let branch = '';
      for (let level = 1; level < depth; level++) branch += open[level] ? '│  ' : '   ';
      const own = open[depth] ? '├─ ' : '└─ ';
      open[depth] = true;
      open.length = depth + 1;
      return depth === 0 ? '' : branch + own;
    })
    .toReversed();
}
