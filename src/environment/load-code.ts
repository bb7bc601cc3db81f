import { codeNotLoaded } from '../core/base/errors.ts';

// Other modules import these on first use, so that a short command loads no more than it needs. A test compares.
const onDemand: readonly (() => Promise<unknown>)[] = [
  () => import('../attachments/clear-unused.ts'),
  () => import('../attachments/named-attachments.ts'),
  () => import('../attachments/put-attachment.ts'),
  () => import('../attachments/upload-in-parts.ts'),
  () => import('../attachments/verify-attachments.ts'),
  () => import('../audit/audit.ts'),
  () => import('../compensate/carry-out.ts'),
  () => import('../compensate/compensation-plan.ts'),
  () => import('../effects/system-effects.ts'),
  () => import('../inspect/answer-view.ts'),
  () => import('../inspect/linked-tree.ts'),
  () => import('../inspect/ids-with-prefix.ts'),
  () => import('../inspect/key-changes.ts'),
  () => import('../inspect/list-states.ts'),
  () => import('../inspect/transaction-report.ts'),
  () => import('../layout/record-codec.ts').then(({ loadCodec }) => loadCodec()),
  () => import('../leases/memory-leases.ts'),
  () => import('../monitor/feed.ts'),
  () => import('../monitor/messages.ts'),
  () => import('../monitor/overview.ts'),
  () => import('../monitor/saga-counts.ts'),
  () => import('../monitor/standing.ts'),
  () => import('../monitor/throughput.ts'),
  () => import('../monitor/wait-chain.ts'),
  () => import('../replay/debugger.ts'),
  () => import('../replay/what-if.ts'),
  () => import('../rescan/count-groups.ts'),
  () => import('../rescan/count-records.ts'),
  () => import('../rescan/stored-cursor.ts'),
  () => import('../rescan/read-records.ts'),
  () => import('../sagas/intervene/apply-plan.ts'),
  () => import('../sagas/intervene/intervene.ts'),
  () => import('../sagas/intervene/intervention-plan.ts'),
  () => import('../sagas/read/list-sagas.ts'),
  () => import('../sagas/read/saga-report.ts'),
  () => import('../sagas/saga-turn-kinds.ts'),
  () => import('../services/open-services.ts'),
  () => import('../sessions/bulk/operation-plan.ts'),
  () => import('../sessions/queue/enqueue.ts'),
  () => import('../sessions/queue/resend.ts'),
  () => import('../sessions/queue/response-queue.ts'),
  () => import('../sessions/queue/wait-for-session.ts'),
  () => import('../sessions/read/session-history.ts'),
  () => import('../sessions/read/list-sessions.ts'),
  () => import('../sessions/read/read-queues.ts'),
  () => import('../sessions/read/list-themes.ts'),
  () => import('../sessions/worker/janitor.ts'),
  () => import('../sessions/worker/lead-one.ts'),
  () => import('../sessions/worker/find-stuck.ts'),
  () => import('../sessions/worker/worker.ts'),
  () => import('../storage/layered/rehearsed-attachments.ts'),
  () => import('../sync/diff/diff-dump.ts'),
  () => import('../sync/diff/diff-environments.ts'),
  () => import('../sync/export/export-dump.ts'),
  () => import('../sync/import/import-dump.ts'),
  () => import('../sync/import/position-map.ts'),
  () => import('../sync/promote.ts'),
  () => import('../sync/suspended-sessions.ts'),
  () => import('./backup.ts'),
  () => import('./fork.ts'),
  () => import('./rebuild.ts'),
  () => import('./scratch-storage.ts'),
  () => import('./status.ts'),
];

/**
 * Loads all code of the engine that is otherwise loaded on first use. A process that lives long does so when it starts:
 * Node keeps the failure of an `import()` as long as the process lives, and what failed for a moment without file
 * descriptors, or because the package was replaced by a newer one, would fail for ever.
 *
 * Errors: CODE_NOT_LOADED.
 */
export async function loadCode(more: readonly (() => Promise<unknown>)[] = []): Promise<void> {
  try {
    await Promise.all([...onDemand, ...more].map((load) => load()));
  } catch (cause) {
    throw codeNotLoaded('a part of txlog', cause as Error);
  }
}
