import { assertNever } from '../../core/base/assert.ts';
import type { WorkEvent, WorkReport } from '../../index.ts';
import type { AppError } from '../../shapes/worker.ts';
import type { Colors } from '../../text/colors.ts';
import { formatDuration } from '../../text/duration.ts';
import { plural, printable } from '../../text/printable.ts';

/** An event of a worker for people, in one line. */
export function eventText(event: WorkEvent, colors: Colors): string {
  switch (event.type) {
    case 'started': {
      const queues = event.queues ? ['all queued requests'] : [];
      const themes = [...event.themes.map(printable), ...queues].join(', ');
      return `${colors.strong('started')} ${printable(event.operator)} on ${themes}, lease ${event.lease} s`;
    }
    case 'led':
      return `led ${nameOf(event, colors)}${event.attempts > 1 ? `, attempt ${event.attempts}` : ''}`;
    case 'ended':
      return endedText(event, colors);
    case 'mended':
      return `${colors.warn('mended')} ${nameOf(event, colors)}, ${event.ended}: ${printable(event.reason)}`;
    case 'left':
      return `${colors.warn('left')} ${colors.key(printable(event.session))} of ${printable(event.theme)}: ${printable(event.reason)}`;
    case 'error':
      return `${colors.bad('error')} ${printable(event.error.message)}${event.inRow > 1 ? `, ${event.inRow} in a row` : ''}`;
    case 'lease-lost':
      return `${colors.warn('lease lost')}, goes on as ${printable(event.operator)}`;
    case 'draining':
      return `${colors.strong('draining')}, ${plural(event.running, 'turn')} to end`;
    case 'stopped':
      return stoppedText(event.report, colors);
    default:
      return assertNever(event);
  }
}

function endedText(event: Extract<WorkEvent, { readonly type: 'ended' }>, colors: Colors): string {
  const { ended, error, reason = error, ms } = event;
  const isWell = error === undefined && (ended === 'removed' || ended === 'stored');
  const what = (isWell ? colors.good : colors.bad)(ended);
  const why = reason === undefined ? '' : `: ${printable(reason)}`;
  return `${what} ${nameOf(event, colors)} after ${formatDuration(ms)}${why}`;
}

function nameOf({ session, theme, epoch }: Extract<WorkEvent, { readonly epoch: number }>, colors: Colors): string {
  return `${colors.key(printable(session))} of ${printable(theme)}, epoch ${epoch}`;
}

function stoppedText(report: WorkReport, colors: Colors): string {
  const { turns, removed, stored, parked, lost, failed, left = 0, emergency } = report;
  const counts = `${plural(turns, 'turn')}: ${removed} done, ${stored} stored, ${parked} parked, ${lost} lost, ${failed} failed${left > 0 ? `, ${left} left` : ''}`;
  if (!emergency) return `${colors.strong('stopped')} after ${counts}`;
  const why = `${emergency.code}: ${printable(emergency.message)}`;
  return `${colors.bad('emergency stop')} after ${counts}; ${why}; next: txlog doctor`;
}

/** An error of the app for people, in one line. */
export function appErrorText({ error, at, sessions }: AppError, colors: Colors): string {
  const place = at === undefined ? '' : ` at ${printable(at)}`;
  const names = sessions.map(({ session, theme }) => `${colors.key(printable(session))} of ${printable(theme)}`);
  const led = names.length === 0 ? 'no session was led' : `led then: ${names.join(', ')}`;
  return `${colors.bad('app error')} ${printable(error.message)}${place}, which nothing awaited; ${led}`;
}
