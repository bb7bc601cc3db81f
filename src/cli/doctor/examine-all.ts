import type { Finding } from '../../shapes/finding.ts';
import type { Colors } from '../../text/colors.ts';
import { printable } from '../../text/printable.ts';
import { formatTable } from '../../text/table.ts';
import { examineApp } from './examine-app.ts';
import { examineDisk } from './examine-disk.ts';
import { examineEnvironment } from './examine-environment.ts';
import { examineMachine } from './examine-machine.ts';

/** Looks at all that txlog needs to run on `dir`. `now` is in ms since 1970. Changes nothing. */
export async function examineAll(dir: string, now: number): Promise<Finding[]> {
  return [...examineMachine(), ...examineDisk(dir), ...examineApp(dir), ...(await examineEnvironment(dir, now))];
}

/** Findings for people: one line each, a verdict, and the next commands below. */
export function formatFindings(findings: readonly Finding[], colors: Colors): string {
  const colours = { ok: colors.good, warn: colors.warn, fail: colors.bad };
  const rows = findings.map(({ check, level, text }) => [colours[level](level), check, printable(text)]);
  const next = new Set(findings.flatMap((finding) => (finding.level === 'ok' ? [] : (finding.next ?? []))));
  return [formatTable(rows), verdictOf(findings), ...[...next].map((command) => `next: ${printable(command)}`)].join(
    '\n',
  );
}

function verdictOf(findings: readonly Finding[]): string {
  const count = (wanted: Finding['level']) => findings.filter(({ level }) => level === wanted).length;
  const [ok, warn, fail] = [count('ok'), count('warn'), count('fail')];
  if (ok === findings.length) return `all ${findings.length} checks are ok`;
  const rest = [
    ...(fail > 0 ? [`${fail} ${fail === 1 ? 'fails' : 'fail'}`] : []),
    ...(warn > 0 ? [`${warn} ${warn === 1 ? 'warns' : 'warn'}`] : []),
  ];
  return `${ok} of ${findings.length} checks ${ok === 1 ? 'is' : 'are'} ok, ${rest.join(', ')}`;
}
