import { asItems, asObject, toMs, toRejection, toState } from '../../client/read-answers.ts';
import { toStanding } from '../../client/read-reports.ts';
import type { SagaPhase } from '../../core/app/saga.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import type { JsonObject, JsonValue } from '../../core/base/json.ts';
import type { Change } from '../../core/fold/change.ts';
import { fromSession, type Session, sessionKey } from '../../core/fold/session.ts';
import type { Data, SagaCounts, SessionReading, StateReading, Status } from '../../index.ts';
import type { KeyEntry, KeyPage } from '../../pages/key.ts';
import type { SessionPage } from '../../pages/session.ts';
import type { StuckCount } from '../../shapes/session-counts.ts';
import type { Standing } from '../reach/reached.ts';

/** The page of a key from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toKeyPage({ key, state, history, earlier, next, rejections }: JsonObject): KeyPage {
  return {
    key: String(key),
    ...given({ state: ifGiven(state, toState) }),
    entries: asItems(history).map(toEntry),
    earlier: earlier === true,
    ...given({ next: ifGiven(next, Number) }),
    rejections: asItems(rejections).map((json) => {
      const { rejection, ...rest } = asObject(json, 'a rejected request');
      return { ...momentOf(rest), rejection: ifGiven(rejection, toRejection) };
    }),
  };
}

function momentOf({ position, id, type, time }: JsonObject) {
  return { position: Number(position), id: String(id), type: String(type), time: toMs(time) };
}

function toEntry(json: JsonValue): KeyEntry {
  const fields = asObject(json, 'an entry of a history');
  const { ops, before, after, compensatedBy } = fields;
  return {
    ...momentOf(fields),
    ops: asItems(ops).map(String),
    ...given({ before: ifGiven(before, toState), after: ifGiven(after, toState) }),
    ...given({ compensatedBy: ifGiven(compensatedBy, Number) }),
  };
}

/** The page of a session from its JSON. Errors: SERVICE_FAILED of what is none. */
export function toSessionPage(json: JsonObject): SessionPage {
  const { session, status, data, binary, leaseState, history, earlier, next, before } = json;
  const id = String(session);
  const steps = asItems(history).map((step) => toStep(id, step));
  const places = new Set(asItems(binary ?? []));
  const first = ifGiven(before, (standing) => stateOf(id, toStanding(standing)));
  return {
    id,
    session: status === 'removed' ? undefined : toSession(json),
    data: asItems(data ?? []).map((chunk, i) => (places.has(i) ? Buffer.from(String(chunk), 'base64') : chunk) as Data),
    // Each step found what the one before it left.
    history: steps.map((step, i) => ({ ...step, ...given({ before: i === 0 ? first : steps[i - 1]?.after }) })),
    earlier: earlier === true,
    ...given({ next: ifGiven(next, Number), operator: ifGiven(leaseState, toOperator) }),
  };
}

function toSession(json: JsonObject): SessionReading {
  const { session, theme, themeNumber, version, position } = json;
  return {
    ...toStanding(sessionFields(json)),
    ...{ id: String(session), themeName: String(theme), theme: Number(themeNumber) },
    ...{ version: Number(version), position: Number(position) },
  };
}

/** The fields of a page that tell how a session stands. */
function sessionFields(json: JsonObject): JsonObject {
  const { status, epoch, attempts, created, createdAt, since, due, order, ...more } = json;
  const { chunks, bytes, operator, lease, error, correlation, causation } = more;
  return given({
    ...{ status, epoch, attempts, created, createdAt, since, due, order },
    ...{ chunks, bytes, operator, lease, error, correlation, causation },
  }) as JsonObject;
}

function stateOf(id: string, session: Session): StateReading {
  return { key: sessionKey(id), kind: 'shared', value: fromSession(session), version: 0, position: 0 };
}

function toStep(id: string, json: JsonValue): SessionPage['history'][number] {
  const fields = asObject(json, 'a step of a session');
  const { ops, actor, payload, after } = fields;
  const changes = asItems(ops).map(
    (op) => ({ key: sessionKey(id), ...asObject(op, 'an operation') }) as unknown as Change,
  );
  return {
    record: { ...momentOf(fields), changes, actor: ifGiven(actor, String), payload },
    ...given({ after: ifGiven(after, (standing) => stateOf(id, toStanding(standing))) }),
  };
}

function toOperator(json: JsonValue): NonNullable<SessionPage['operator']> {
  const { alive, why, until, host, process } = asObject(json, 'a lease');
  const operator = ifGiven(host, () => ({ host: String(host), process: Number(process) }));
  const known = { ...given({ until: ifGiven(until, toMs), operator }) };
  return { alive: alive === true, ...(alive !== true && { why }), ...known } as NonNullable<SessionPage['operator']>;
}

/** How an environment stands, from its JSON; `dir` is what names it. Errors: SERVICE_FAILED of what is none. */
export function toEnvironmentStanding(json: JsonObject, dir: string): Standing {
  const { v: _, sessions: __, themes, stuck, sagas, head, watermark, copiedAt, ...rest } = json;
  const { position, time, digest } = asObject(head, 'the end of a log');
  const status = {
    ...{ dir, ...rest, readOnly: false, watermark: Number(watermark) },
    ...given({ copiedAt: ifGiven(copiedAt, Number) }),
    head: { position: Number(position), time: time === undefined ? 0 : toMs(time), digest: String(digest) },
    themes: asItems(themes).map(toTheme),
  };
  return {
    status: status as unknown as Status,
    stuck: asObject(stuck, 'a count') as unknown as StuckCount,
    sagas: ifGiven(sagas, toSagaCounts),
  };
}

function toTheme(json: JsonValue): unknown {
  const { theme, number, paused, ...counts } = asObject(json, 'a theme');
  return { name: theme, number, paused, counts };
}

function toSagaCounts(json: JsonValue): SagaCounts {
  const { phases, stuck, more } = asObject(json, 'counts of sagas');
  const entries = Object.entries(asObject(phases, 'phases')).map(([phase, count]): [SagaPhase, number] => [
    phase as SagaPhase,
    Number(count),
  ]);
  return { phases: new Map(entries), stuck: Number(stuck), more: more === true };
}
