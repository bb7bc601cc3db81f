/**
 * txlog as a library: an append-only transaction log with materialized states, in one directory.
 *
 * Everything public is here; other modules may change at any time.
 */
export { defineApp } from './app/define.ts';
export { loadApp, loadMap, loadMask } from './app/load-app.ts';
export { compileDocumentWhere, compileWhere } from './app/where.ts';
export type { AttachmentReport, Attachments, GetOptions } from './attachments/attachments.ts';
export type { Cleared, ClearOptions } from './attachments/clear-unused.ts';
export type { PutOptions, PutReport } from './attachments/put-attachment.ts';
export type { Upload, UploadPart, UploadProgress } from './attachments/upload-in-parts.ts';
export type { AttachmentProblem } from './attachments/verify-attachments.ts';
export type { AuditProblem, AuditReport } from './audit/audit-report.ts';
export type { ConnectOptions } from './client/call-frontend.ts';
export { connect } from './client/connect.ts';
export type { RemoteFilter } from './client/query.ts';
export type { RemoteHistoryEntry } from './client/read-answers.ts';
export type { OutcomeOptions, RemoteEnvironment } from './client/remote-environment.ts';
export type { HistoryPart, RemoteHead } from './client/remote-reading.ts';
export type { ManyAnswers, ManyOptions, RemoteAnswer } from './client/submit-many.ts';
export type { UploadedFile, UploadOptions } from './client/upload-file.ts';
export type { CompensateOptions } from './compensate/carry-out.ts';
export type { CompensationPlan, PlannedItem, PlannedKey } from './compensate/compensation-plan.ts';
export type { PlannedFlip } from './compensate/flips.ts';
export type { App, LoadedApp, Reducer, RequestType } from './core/app/app.ts';
export type {
  HandlerRejection,
  HandlerRequest,
  HandlerState,
  HandlerStates,
  PayloadSchema,
} from './core/app/handler-terms.ts';
export { rejectRequest as reject } from './core/app/handler-terms.ts';
export type { Mask, MaskFunction, MaskRecord } from './core/app/mask.ts';
export type { Decision, ProcessDefinition, ProcessRecord } from './core/app/process-definition.ts';
export type { Saga, SagaEvent, SagaOutcome, SagaPhase, SideProgress, StepProgress, StepSide } from './core/app/saga.ts';
export {
  type CommandCall,
  type From,
  type HttpCall,
  PermanentError,
  permanentExits,
  type Question,
  type SagaDefinition,
  type SagaStep,
  type StepAction,
  type StepContext,
  type StepOutcome,
  type StepPolicy,
  type StepRequest,
  stepDefaults,
} from './core/app/saga-definition.ts';
export type { Parcel, ServiceDefinition } from './core/app/service-definition.ts';
export { type Advice, type ThemeDefinition, type ThemePolicy, type Turn, themeDefaults } from './core/app/theme.ts';
export type {
  ListedView,
  ViewAnswer,
  ViewCall,
  ViewDefinition,
  ViewRange,
  ViewState,
  ViewStates,
} from './core/app/view-definition.ts';
export { type ErrorCode, errorCodes } from './core/base/error-codes.ts';
export { type ErrorDetails, rejectionCodes, TxlogError } from './core/base/errors.ts';
export type { JsonObject, JsonValue } from './core/base/json.ts';
export { limits } from './core/base/limits.ts';
export type { Change, ChangeOp } from './core/fold/change.ts';
export type { Owner, Rejection } from './core/fold/rejection.ts';
export type { Chunk, Session, SessionOp, SessionStatus, ThemeEntry } from './core/fold/session.ts';
export type { Attachment } from './core/log/attachment.ts';
export type { RecordFilter } from './core/log/filter.ts';
export type {
  Authority,
  Completion,
  LeadSession,
  NewSession,
  Operation,
  OperationResult,
  SessionStep,
  ThemeName,
  ThemeStep,
} from './core/log/operation.ts';
export type { Receipt } from './core/log/receipt.ts';
export type { Expectation, Outcome, StoredRecord } from './core/log/record.ts';
export type { Request, RequestInput } from './core/log/request.ts';
export { type OpenOptions, openEnvironment, restore } from './engine.ts';
export type { BackupReport } from './environment/backup.ts';
export type { CopiedApp } from './environment/config.ts';
export { findApp, saveApp } from './environment/config.ts';
export { Environment } from './environment/environment.ts';
export type {
  AbortOptions,
  FollowOptions,
  ProgressOptions,
  RebuildOptions,
  RebuildReport,
  TransactionName,
} from './environment/parts.ts';
export type { ReplayTarget } from './environment/rebuild.ts';
export type { Status } from './environment/status.ts';
export type { ViewOptions } from './inspect/answer-view.ts';
export type { HistoryEntry } from './inspect/key-changes.ts';
export type { LinkedNode, LinkedTree } from './inspect/linked-tree.ts';
export type { StatesOptions } from './inspect/list-states.ts';
export type { KeyReport, TransactionLink, TransactionReport } from './inspect/transaction-report.ts';
export { toReceiptJson, toRecordJson, toRejectionJson, toRequestJson, toTime } from './layout/json-shapes.ts';
export { parseJson } from './layout/json-text.ts';
export type { ThemeCounts } from './layout/theme-counts.ts';
export type { FeedOptions } from './monitor/feed.ts';
export type { MessageUnderWay } from './monitor/messages.ts';
export type { Monitor } from './monitor/monitor.ts';
export type { Need } from './monitor/needs.ts';
export type { Overview } from './monitor/overview.ts';
export type { PlanReading } from './monitor/plans.ts';
export type { SagaCounts } from './monitor/saga-counts.ts';
export type { LogStanding, TypeCount } from './monitor/standing.ts';
export type { WaitChain, Waiter } from './monitor/wait-chain.ts';
export type { Answer, Task, TaskAnswer } from './pipeline/2-batch.ts';
export type { BuildReading } from './ports/build.ts';
export type { Clock } from './ports/clock.ts';
export type { Lease, Leases, NewOperator, Operator, OperatorState } from './ports/leases.ts';
export type { DecideAgainOptions, NextFlip, NextFlipOptions } from './replay/debugger.ts';
export type { DecidedAgain, KeyChange, KeyRead } from './replay/decide-again.ts';
export type { ChangedKey, Decided, Flip, WhatIfOptions, WhatIfReport } from './replay/what-if.ts';
export { type GroupCounts, type GroupField, groupFields, type RecordGroup } from './rescan/count-groups.ts';
export type { RecordsOptions } from './rescan/read-records.ts';
export type { StoredCursor } from './rescan/stored-cursor.ts';
export type { Intervened } from './sagas/intervene/apply-plan.ts';
export type { InterventionPlan, PlannedIntervention } from './sagas/intervene/intervention-plan.ts';
export type { Intervention, SagaCommand } from './sagas/intervene/saga-command.ts';
export type { ListSagasOptions, SagaSummary } from './sagas/read/list-sagas.ts';
export type { SagaLogEntry, SagaReading } from './sagas/read/saga-report.ts';
export type { Sagas, Started, StartOptions } from './sagas/sagas.ts';
export type { BulkOperation } from './sessions/bulk/bulk-operation.ts';
export type {
  ApplyOptions,
  BulkBy,
  BulkOutcome,
  BulkPlan,
  PlannedTarget,
  PlanOptions,
  PlanTarget,
} from './sessions/bulk/bulk-plan.ts';
export type { OperationPlan, PlannedOperation } from './sessions/bulk/operation-plan.ts';
export { type FullPolicy, fullPolicy } from './sessions/host/policy.ts';
export type { EnqueueAnswer, Enqueued, EnqueueOptions } from './sessions/queue/enqueue.ts';
export type { Awaited, ResponseQueue } from './sessions/queue/response-queue.ts';
export type { RemovedSession, RequestOutcome, WaitOptions } from './sessions/queue/wait-for-session.ts';
export type { ListOptions } from './sessions/read/list-sessions.ts';
export type { KnownTheme } from './sessions/read/list-themes.ts';
export type { QueueReading } from './sessions/read/read-queues.ts';
export type { SessionReading, ThemeReading } from './sessions/read/read-session.ts';
export type { SessionEvent } from './sessions/read/session-history.ts';
export type { Data, NewOptions, OperationOptions, Sessions } from './sessions/sessions.ts';
export type { TurnReport } from './sessions/turn/turn-report.ts';
export type { TurnEnd, WorkEvent, Worker, WorkOptions, WorkReport } from './sessions/turn/work-events.ts';
export type { StuckOptions, StuckSession } from './sessions/worker/find-stuck.ts';
export type { Recovered } from './sessions/worker/janitor.ts';
export type { LeadOptions } from './sessions/worker/lead-one.ts';
export { type CodecName, codecNames } from './sync/codec/codecs.ts';
export type { DumpDiff } from './sync/diff/diff-dump.ts';
export type { EnvironmentsDiff, KeyDifference, SideOfKey } from './sync/diff/diff-environments.ts';
export type { ExportOptions } from './sync/export/export-options.ts';
export type { DumpReaderOptions, DumpSummary } from './sync/format/dump-reader.ts';
export type { Manifest } from './sync/format/manifest.ts';
export {
  type ConflictPolicy,
  conflictPolicies,
  type ImportMode,
  type ImportOptions,
  type ImportReport,
  importModes,
} from './sync/import/import-options.ts';
export type { PromoteOptions, Promotion } from './sync/promote.ts';
export { readDump, type VerifyOptions, verifyDump } from './sync/read-dump.ts';
export type { ResumeOptions } from './sync/suspended-sessions.ts';
export type { OriginStatus, Sync, SyncStatus } from './sync/sync.ts';
export type { AppliedEntry, StateReading } from './view/read-state.ts';
export type { Progress } from './view/reader.ts';
