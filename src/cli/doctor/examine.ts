import type { JsonObject } from '../../core/base/json.ts';
import type { Paint } from '../text/paint.ts';
import { formatTable } from '../text/table.ts';
import { printable } from '../text/text.ts';
import { examineApp } from './app.ts';
import { examineEnvironment } from './environment.ts';
import type { Finding } from './finding.ts';
import { examineMachine } from './machine.ts';
import { examinePlace } from './place.ts';

/** Looks at all that txlog needs to run on `dir`. `now` is in ms since 1970. Changes nothing. */
export async function examineAll(dir: string, now: number): Promise<Finding[]> {
  return [...examineMachine(), ...examinePlace(dir), ...examineApp(dir), ...(await examineEnvironment(dir, now))];
}

/** Whether nothing fails. */
export function isFit(findings: readonly Finding[]): boolean {
  return findings.every(({ level }) => level !== 'fail');
}

/** Findings as JSON. */
export function toFindingsJson(findings: readonly Finding[]): JsonObject {
  return { v: 1, ok: isFit(findings), findings: findings.map((finding) => ({ next: [], ...finding })) };
}

/** Findings for people: one line each, and the next commands below. */
export function formatFindings(findings: readonly Finding[], paint: Paint): string {
  const colours = { ok: paint.good, warn: paint.warn, fail: paint.bad };
  const rows = findings.map(({ check, level, text }) => [colours[level](level), check, printable(text)]);
  const next = new Set(findings.flatMap((finding) => (finding.level === 'ok' ? [] : (finding.next ?? []))));
  return [formatTable(rows), ...[...next].map((command) => `next: ${printable(command)}`)].join('\n');
}
