/** One broken rule: where, what, and why the rule exists. */
export type Finding = {
  readonly rule: string;
  readonly file: string;
  readonly line?: number;
  readonly what: string;
  readonly why: string;
};

/** A check over the whole tree. Its findings are empty when all is well. */
export type Rule = {
  readonly name: string;
  readonly why: string;
  readonly check: (tree: import('./tree.ts').Tree) => Iterable<Omit<Finding, 'rule' | 'why'>>;
};

/** One line for people and editors: place, rule, what, why. */
export function formatFinding({ file, line, rule, what, why }: Finding): string {
  return `${file}${line === undefined ? '' : `:${line}`} [${rule}] ${what}. Why: ${why}`;
}
