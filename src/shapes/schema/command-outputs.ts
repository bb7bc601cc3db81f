import * as files from './attachment-schema.ts';
import * as environment from './environment-schema.ts';
import * as log from './log-schema.ts';
import * as reference from './reference.ts';
import { document, either, flag, type Schema, text, withOptional } from './schema-terms.ts';
import * as settings from './settings-schema.ts';
import * as sync from './sync-schema.ts';
import * as work from './work-schema.ts';

/** The output of a command for machines. */
export interface CommandOutput {
  /** One document: with `--json`. */
  readonly document?: Schema;
  /** One object a line: with `--ndjson`, or by nature. */
  readonly line?: Schema;
}

const list = (line: Schema): CommandOutput => ({ document: document(line), line });
const one = (shape: Schema): CommandOutput => ({ document: shape });
/** With `--dry-run` it says so. */
const change = (shape: Schema): CommandOutput => ({ document: withOptional(shape, { dryRun: flag }) });

const plan = either(environment.plannedFile, { type: 'object', required: ['v', 'items'] });
const outcome = either(log.receipt, log.accepted);
const operated = either(work.operatedOn, {
  ...log.error,
  properties: { ...(log.error.properties as object), session: text },
});
const saga = either(work.intervened, { ...log.error, properties: { ...(log.error.properties as object), saga: text } });
const ofSessions = { document: either(document(operated), plan), line: operated };
const ofSessionOrMany = {
  document: either(change(work.operation).document as Schema, document(operated), plan),
  line: operated,
};
const ofSagas = { document: either(document(saga), plan), line: saga };
const sessionPage = either(work.sessionPage, work.removedPage);
const ended = either(work.endedSaga, work.startedSaga);

/**
 * What each command prints for machines, by its words: the contract of docs/formats/json.md as JSON Schema.
 *
 * Later versions only add fields. Tests check each `--json` of the written sessions and of the docs against it.
 */
export const outputs: Readonly<Record<string, CommandOutput>> = {
  'attachment gc': list(files.cleared),
  'attachment get': {},
  'attachment list': list(files.kept),
  'attachment put': change(files.put),
  'attachment show': one(files.shown),
  'attachment verify': list(files.problem),
  backup: one(environment.backupSchema),
  bench: one(environment.rates),
  commands: list(reference.command),
  compensate: { document: either(plan, document(log.receipt)), line: log.receipt },
  completion: one(reference.shellScript),
  'config list': list(settings.settingSchema),
  'context add': one(settings.contextSchema),
  'context list': list(settings.contextSchema),
  'context remove': one(settings.removedContext),
  'context show': one(settings.contextSchema),
  'context use': one(either(settings.contextSchema, settings.noContext)),
  doctor: one(environment.findings),
  explain: list(reference.explanation),
  get: one(log.state),
  init: change(environment.initialised),
  inspect: one(either(log.transaction, log.keyPage, log.linkedTree, sessionPage, work.saga)),
  log: list(log.record),
  'log count': list(log.recordGroup),
  'queue drain': change(work.drained),
  'queue list': list(work.queue),
  'queue pause': change(work.paused),
  'queue resume': change(work.paused),
  'queue show': one(work.queuePage),
  receive: list(work.acknowledgement),
  replay: {
    document: either(environment.replayed, environment.replayedInto, document(log.whatIfSchema)),
    line: log.whatIfSchema,
  },
  rescan: {
    document: either(environment.counted, log.verifySchema, document(either(log.record, log.request))),
    line: either(log.record, log.request),
  },
  'saga answer': ofSagas,
  'saga compensate': ofSagas,
  'saga force': ofSagas,
  'saga graph': one(work.sagaGraph),
  'saga list': list(work.listedSaga),
  'saga retry': ofSagas,
  'saga show': one(work.saga),
  'saga skip': ofSagas,
  'saga start': change(ended),
  'saga stuck': list(work.listedSaga),
  'saga wait': one(work.endedSaga),
  schema: one(reference.schema),
  send: { document: either(document(work.parcel), work.settledParcels), line: work.parcel },
  serve: {},
  'session append': change(work.operation),
  'session lead': change(either(work.led, work.noneLed)),
  'session list': list(work.session),
  'session new': change(work.operation),
  'session park': ofSessionOrMany,
  'session remove': ofSessionOrMany,
  'session renew': change(work.renewed),
  'session replace': change(work.operation),
  'session resume': list(sync.resumed),
  'session resend': change(work.operation),
  'session retry': ofSessions,
  'session show': one(sessionPage),
  'session store': ofSessionOrMany,
  'session stuck': list(work.stuck),
  'session unpark': ofSessions,
  'session wait': one(either(sessionPage, work.session, work.removed)),
  shell: {},
  'state diff': one(log.stateDiff),
  'state edit': change(either(log.receipt, log.unchanged)),
  'state get': one(log.state),
  'state history': list(log.history),
  'state list': list(log.state),
  status: one(environment.statusSchema),
  submit: { document: either(outcome, document(either(outcome, log.error))), line: either(outcome, log.error) },
  'sync cursor': one(sync.standing),
  'sync diff': one(sync.compared),
  'sync export': {},
  'sync head': list(sync.entry),
  'sync import': one(sync.imported),
  'sync inspect': one(sync.summary),
  'sync position': one(sync.placed),
  'sync promote': change(sync.promoted),
  'sync status': one(sync.syncStatusSchema),
  'sync verify': one(sync.summary),
  'theme list': list(work.theme),
  tui: {
    document: either(environment.overviewSchema, document(environment.screenCommandSchema)),
    line: environment.screenCommandSchema,
  },
  top: { document: environment.overviewSchema, line: environment.overviewSchema },
  verify: one(log.verifySchema),
  view: { document: either(log.viewAnswer, document(log.listedView)), line: log.listedView },
  wait: one(either(log.receipt, work.removed, work.endedSaga)),
  work: one(work.work),
};
