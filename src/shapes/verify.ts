import { given, ifGiven } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import type { AuditProblem, AuditReport } from '../index.ts';

/** The answer of `verify` and `rescan --verify` as JSON. */
export function toVerifyJson({
  ok,
  records,
  head,
  firstPosition,
  attachments,
  problems,
  more,
}: AuditReport): JsonObject {
  return {
    v: 1,
    ok,
    records,
    head: { position: String(head.position), digest: head.digest },
    ...given({ firstPosition: ifGiven(firstPosition, String), attachments }),
    problems: problems.map(toProblemJson),
    more,
  };
}

function toProblemJson({ code, place, reason, position }: AuditProblem): JsonObject {
  return { code, place, reason, ...given({ position: ifGiven(position, String) }) };
}
