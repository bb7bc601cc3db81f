import type { Rule } from '../finding.ts';
import { sourcesIn } from '../tree.ts';

const relative = /^\*?\s*(?:What|Who|Whoever|Whom|Whose|Of)\s/;

/** A comment opens with its subject or its verb. */
export const openings: Rule = {
  name: 'openings',
  why: 'a sentence that opens with a relative clause is read twice: begin with its subject, or with the verb of a function',
  *check(tree) {
    for (const source of sourcesIn(tree, 'src', 'commands', 'bin')) {
      let lastLine = -1;
      for (const { type, value, start } of source.comments) {
        const line = source.lineAt(start);
        const goesOn = type === 'Line' && line === lastLine + 1;
        lastLine = line;
        if (goesOn || !relative.test(value)) continue;
        yield { file: source.path, line, what: `it opens with "${value.replace(/^\*?\s*/, '').split(' ')[0]}"` };
      }
    }
  },
};
