import { assert } from './assert.ts';

/** Every bound of the engine, unit last in each name (docs/limits are generated from here). */
export const limits = {
  keyBytesMax: 512,
  idBytesMax: 256,
  typeBytesMax: 128,
  actorBytesMax: 256,
  valueBytesMax: 1024 * 1024,
  requestBytesMax: 4 * 1024 * 1024,
  changesPerTransactionMax: 1_000,
  expectationsMax: 1_000,
  /** Attachments that one request names. */
  attachmentsPerRequestMax: 100,
  /** Bytes of a piece of an attachment in a dump, and of a read of a file. */
  attachmentPieceBytes: 512 * 1024,
  /** Shortest time for which an attachment that nothing names is kept: requests that name it may be under way. */
  attachmentGraceSecondsMin: 60,
  /** For how long one is kept where nothing else is said. */
  attachmentGraceSeconds: 7 * 24 * 3600,
  /** So long an attachment that a process has looked at counts as looked at. */
  attachmentUseMs: 10_000,
  jsonDepthMax: 64,
  pendingSecondsMax: 365 * 24 * 3600,
  /** Shortest lease: who shows that it is alive needs some time for it. */
  leaseSecondsMin: 1,
  /** Longest delay, repeat time or lease of a session: ten years. */
  repeatSecondsMax: 10 * 365 * 24 * 3600,
  /** Shortest time limit, and shortest reservation: a millisecond, the unit of the engine's clock. */
  timeoutSecondsMin: 0.001,
  /** By how much a pause may grow from one attempt to the next. */
  factorMax: 1_000,
  /** Sessions that one worker leads at the same time. */
  concurrencyMax: 1_000,
  /** Largest number of a theme: a uint32. */
  themeNumberMax: 2 ** 32 - 1,
  /** Earliest and latest time, in ms before and after 1970: what a date of JavaScript can be. */
  timeMsMax: 8.64e15,
  /** Bytes that are kept free on the disk: with less, nothing is written. */
  reserveBytes: 32 * 1024 * 1024,
  /** Records per group commit; beyond 1,000 nothing is gained and LMDB's free list suffers. */
  batchRecordsMax: 1_000,
  batchBytesMax: 4 * 1024 * 1024,
  queueRequestsMax: 16_000,
  /** Requests that may be submitted as one atomic unit. */
  atomicRequestsMax: 10_000,
  atomicBytesMax: 64 * 1024 * 1024,
  /** Idle time before the overlay goes into the indexes. */
  idleMs: 200,
  /** The tail of the log that a process keeps folded in memory before it writes the indexes. */
  checkpointRecords: 16_384,
  checkpointBytes: 48 * 1024 * 1024,
  /** The tail that a process leaves when it closes an environment with a journal: who comes next folds it in a millisecond. */
  tailLeftRecords: 16,
  tailLeftBytes: 64 * 1024,
  /** A process that makes the checkpoints of others looks so often; it ends when nothing happened for a while. */
  backgroundBytes: 1024 * 1024,
  backgroundLookMs: 20,
  backgroundIdleMs: 10_000,
  /** Rows per checkpoint slice: one slice is the longest that a waiting request waits for. */
  sliceRows: 2_048,
  /** Longest time that checkpoint slices follow one another while requests may wait. */
  checkpointStepMs: 25,
  sliceBytes: 1024 * 1024,
  /** Changes of the operations on sessions that share one record: who reads one of them decodes all. */
  groupedChangesMax: 64,
  /** Longest time that reading holds the event loop before timers, input and other work get their turn. */
  sliceMs: 10,
  /** A synchronous engine (bound 0) writes a foreign tail of this many records along at once. */
  atOnceRecordsMax: 512,
  /** A longer one it leaves to whoever wrote it, unless that has not seen to it for so long. */
  tailAgeMsMax: 10_000,
  appliedPerChunk: 64,
  postingsPerChunk: 512,
  /** Ranges of the log up to this length are read in order: faster than to look for an index. */
  scanInOrderMax: 4_000,
  /** Requests and sessions of a tree of what belongs together. */
  treeNodesMax: 1_000,
  /** Groups that records are counted in at once: each is held in memory. */
  groupsMax: 1_000_000,
  commitFailuresMax: 3,
  /** The result of a saga's step: it travels with the saga. Larger data belong elsewhere, and their name here. */
  stepResultBytesMax: 64 * 1024,
  /** Steps that a saga does at the same time, and in all. */
  stepsAtOnceMax: 12,
  stepsMax: 200,
  /** Leaves room for the names of steps, of which keys are made. */
  sagaIdBytesMax: 160,
  /** Requests of a queue that a worker looks through for those that it may decide, when its app does not know their type. */
  leftRequestsMax: 200,
  /** Errors in a row after which a worker stops. */
  workerErrorsMax: 10,
  /** User code in one write transaction, before the rest of its batch waits for the next one. */
  userCodeUnderLockMsMax: 100,
  /** The bounds of a reader for a dump that it does not trust: its header, and each block, packed and unpacked. */
  dumpHeaderBytesMax: 1024 * 1024,
  dumpBlockBytesMax: 64 * 1024 * 1024,
  /** Bytes after which a block of a dump is closed: one commit of whoever takes it over. */
  dumpBlockBytes: 256 * 1024,
  /** Contexts of one user, and UTF-16 units of the name of one. */
  contextsMax: 1_000,
  contextNameUnitsMax: 64,
  /** Letters that the beginning of an id must have to stand for it, and how many fitting ids a refusal names. */
  shortIdUnitsMin: 8,
  shortIdCandidates: 10,
  /** UTF-16 units of an error's message, of its hint, and of each command that it names. */
  errorUnitsMax: 1_000,
  /** From asking a program to end, until it is ended. */
  programKillMs: 2_000,
  /** UTF-16 units of an error that a session, or a step of a saga, keeps. */
  keptErrorUnitsMax: 500,
  /** Redirections that one call of a step follows. */
  redirectsMax: 20,
  /** From the end of its input, until the program of a service is ended. */
  serviceCloseMs: 5_000,
  /** UTF-16 units of one line that the program of a service answers. */
  serviceLineUnitsMax: 64 * 1024,
  /** How long one answer of the program of a service may take. */
  serviceAnswerMs: 30_000,
  /** Keys of calls are made of it. */
  stepNameBytesMax: 48,
  /** Decisions of a process manager on one record. */
  decisionsMax: 1_000,
  /** How often something is decided again because others changed a saga meanwhile. */
  overtakenMax: 20,
  /** A service that was away for long is found again soon. */
  deliveryPauseSecondsMax: 30,
  /** UTF-16 units of the reason that a person gives for what is done. */
  givenReasonUnitsMax: 4_000,
  /** UTF-16 units that are kept of why a handler refused, or failed. */
  reasonUnitsMax: 2_000,
  /** How often a worker looks whether others died, and whether a watcher failed it. */
  glanceMs: 500,
  /** How often a worker looks through all that is led. */
  janitorMs: 5_000,
  /** No turn is slow before it has been silent for so long. */
  slowMsMin: 60_000,
  /** From its due time, until a session that nobody leads is overdue. */
  overdueMs: 60_000,
  /** Failures in a row after which a session is stuck. */
  failuresMin: 2,
  /** Waiting sessions from the head of a queue that are checked for failures. */
  lookedAtMax: 200,
  /** Transactions that one plan may hold: it is made in one piece, on one state of the log. */
  plannedMax: 10_000,
  /** The name of a checkpoint of a rescan. */
  cursorNameBytesMax: 200,
  /** So many sagas are counted: a count has to stay fast. */
  sagasCountedMax: 100_000,
  /** Newest records of sessions that are looked at for plans, and plans that a watcher remembers. */
  planRecordsMax: 400,
  plansMax: 100,
  /** Stuck sessions of each reason and theme that are counted. */
  stuckCountedMax: 1_000,
  /** Keys whose states a comparison with a dump compares. */
  diffKeysMax: 10_000,
  /** The first pause, and the longest, of who writes again what was not confirmed. */
  retryMs: 100,
  retryMsMax: 5_000,
  /** Default and longest time that a frontend lets a client wait for the outcome of a queued request. */
  httpWaitMs: 30_000,
  httpWaitMsMax: 60_000,
  /** From the order to stop, until a frontend takes no more connections: balancers look meanwhile, and what is on its way comes. */
  httpLeaveMs: 250,
  /** From then on, until it answers those who still wait that their requests are queued. */
  httpDrainMs: 10_000,
  /** From then on, until the connections of those who do not take their answers are closed. */
  httpCloseMs: 2_000,
  /** From the head of a request over HTTP, until the end of a body that is no stream. */
  httpBodyMs: 30_000,
  /** A connection on which nothing comes or goes for so long is closed; and one that waits for its next request. */
  httpIdleMs: 120_000,
  httpKeepAliveMs: 75_000,
  /** Bytes of the head of a request over HTTP. */
  httpHeadBytesMax: 16 * 1024,
  /** Connections that a frontend has open at once. */
  httpConnectionsMax: 20_000,
  /** Requests of a stream that a frontend decides or queues at once, and how many such units are under way. */
  httpUnitRequests: 250,
  httpUnitsMax: 4,
  /** How often a stream of events says that it lives, and when a client connects again that lost it. */
  httpHeartbeatMs: 15_000,
  httpRetryMs: 1_000,
  /** The longest stream of events of a client with a token: then it shows its token again. */
  httpStreamMsMax: 24 * 3_600_000,
  /** How often a frontend looks how deep the queues are, and from how many requests on it takes no more. */
  httpDepthMs: 250,
  httpDepthMax: 10_000,
  /** Items on a page of a list over HTTP, when none are asked for, and at most. */
  httpPageItems: 100,
  httpPageItemsMax: 1_000,
  /** A response in the queue of a frontend that nobody there waits for is removed at this age. */
  responseKeptMs: 60_000,
  /** Where no watcher works, such as on some network file systems, what is new is noticed this late. */
  lookAgainMs: 1_000,
  /** Rows that the screen marks at once, and of how many of these it shows beforehand what would become of them. */
  screenMarksMax: 100_000,
  screenSampleMax: 20,
  /** Plans of the screen that are remembered once they have ended, and what was refused that is kept of each. */
  screenJobsMax: 100,
  screenProblemsMax: 100,
  /** Rows of a long list, or records of the log, that the screen holds around the one that a person is at. */
  screenRows: 400,
  /** The newest records of one key, or of one session, that the screen lists. */
  screenStepsMax: 200,
  typesMax: 65_535,
  numberMax: Number.MAX_SAFE_INTEGER,
} as const;

assert(limits.valueBytesMax <= limits.requestBytesMax, 'a value fits into a request');
assert(limits.requestBytesMax <= limits.batchBytesMax, 'a request fits into a batch');
