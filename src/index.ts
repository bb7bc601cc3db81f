/**
 * txlog as a library: an append-only transaction log with materialized states, in one directory.
 *
 * Everything public is here; other modules may change at any time.
 */
export { defineApp } from './app/define.ts';
export { loadApp, loadMap } from './app/load.ts';
export { compileWhere } from './app/where.ts';
export type { AuditProblem, AuditReport } from './audit/report.ts';
export { type BackupReport, restore } from './backup.ts';
export type { CompensateOptions } from './compensate/carry-out.ts';
export type { PlannedFlip } from './compensate/flips.ts';
export type { CompensationPlan, PlannedItem, PlannedKey } from './compensate/plan.ts';
export type {
  App,
  HandlerRejection,
  HandlerRequest,
  HandlerState,
  HandlerStates,
  LoadedApp,
  PayloadSchema,
  Reducer,
  RequestType,
} from './core/app.ts';
export { rejectRequest as reject } from './core/app.ts';
export type { Change, ChangeOp } from './core/change.ts';
export { type ErrorCode, type ErrorDetails, errorCodes, rejectionCodes, TxlogError } from './core/errors.ts';
export type { RecordFilter } from './core/filter.ts';
export type { JsonObject, JsonValue } from './core/json.ts';
export { limits } from './core/limits.ts';
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
} from './core/operation.ts';
export type { Decision, ProcessDefinition, ProcessRecord } from './core/process-definition.ts';
export type { Receipt } from './core/receipt.ts';
export type { Expectation, Outcome, StoredRecord } from './core/record.ts';
export type { Owner, Rejection } from './core/rejection.ts';
export type { Request, RequestInput } from './core/request.ts';
export type { Saga, SagaEvent, SagaOutcome, SagaPhase, Side, SideProgress, StepProgress } from './core/saga.ts';
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
} from './core/saga-definition.ts';
export type { Parcel, ServiceDefinition } from './core/service-definition.ts';
export type { Chunk, Session, SessionOp, SessionStatus, ThemeEntry } from './core/session.ts';
export { type Advice, type ThemeDefinition, type ThemePolicy, type Turn, themeDefaults } from './core/theme.ts';
export { type OpenOptions, openEnvironment } from './engine.ts';
export { Environment } from './environment.ts';
export { findApp, saveApp } from './environment-config.ts';
export type { FollowOptions, ProgressOptions, RebuildReport, TransactionName } from './environment-parts.ts';
export type { HistoryEntry } from './inspect/history.ts';
export type { StatesOptions } from './inspect/list-states.ts';
export type { KeyReport, TransactionLink, TransactionReport } from './inspect/report.ts';
export { parseJson } from './layout/json-text.ts';
export { toReceiptJson, toRecordJson, toRejectionJson, toRequestJson, toTime } from './layout/shapes.ts';
export type { ThemeCounts } from './layout/themes.ts';
export type { Answer, Task, TaskAnswer } from './pipeline/2-batch.ts';
export type { AppliedEntry, StateReading } from './pipeline/read-state.ts';
export type { Progress } from './pipeline/reading.ts';
export type { Clock } from './ports/clock.ts';
export type { Lease, Leases, NewOperator, Operator, OperatorState } from './ports/leases.ts';
export type { ReplayTarget } from './rebuild.ts';
export type { ChangedKey, Decided, Flip, WhatIfOptions, WhatIfReport } from './replay/what-if.ts';
export type { StoredCursor } from './rescan/cursor.ts';
export type { RecordsOptions } from './rescan/read-records.ts';
export type { ApplyOptions, Intervened } from './sagas/carry-out-words.ts';
export type { InterventionPlan, PlannedIntervention } from './sagas/intervention-plan.ts';
export type { ListSagasOptions, SagaSummary } from './sagas/list-sagas.ts';
export type { SagaLogEntry, SagaReading } from './sagas/report.ts';
export type { Sagas, Started, StartOptions } from './sagas/sagas.ts';
export type { Intervention, Word as SagaWord } from './sagas/words.ts';
export type { EnqueueAnswer, Enqueued, EnqueueOptions } from './sessions/enqueue.ts';
export type { Mended } from './sessions/janitor.ts';
export type { KnownTheme } from './sessions/known-themes.ts';
export type { LeadOptions } from './sessions/lead.ts';
export type { ListOptions } from './sessions/list-sessions.ts';
export { type FullPolicy, fullPolicy } from './sessions/policy.ts';
export type { QueueReading } from './sessions/queues.ts';
export type { SessionReading, ThemeReading } from './sessions/read-sessions.ts';
export type { SessionEvent } from './sessions/session-history.ts';
export type { Data, NewOptions, OperationOptions, Sessions } from './sessions/sessions.ts';
export type { StuckOptions, StuckSession } from './sessions/stuck.ts';
export type { TurnReport } from './sessions/turn-report.ts';
export type { RemovedSession, WaitOptions } from './sessions/wait.ts';
export type { TurnEnd, WorkEvent, Worker, WorkOptions, WorkReport } from './sessions/work.ts';
export type { Status } from './status.ts';
