import { given } from '../../core/base/given.ts';
import { formatDuration } from '../../text/duration.ts';
import { cutTo, widthOf } from '../../text/width.ts';

/** Some work that takes a while. */
export interface Course {
  /** In a word: `verifying`. */
  readonly what: string;
  readonly isSizeKnown: boolean;
  /** When it began, in ms of `performance.now`. */
  readonly since: number;
}

/** How far it is. */
export interface CourseAt {
  readonly done: number;
  readonly total: number;
  /** The text beside the bar, for people. */
  readonly note: string;
  readonly elapsedMs: number;
}

const barMost = 40;
const barLeast = 6;

/** A bar in one line of a terminal: what the texts leave of it. Where they leave too little, the note loses its end. */
export function progressLine(course: Course, at: CourseAt, columns: number): string {
  if (!course.isSizeKnown) return cutTo(`${course.what} ${at.note}`, columns);
  const left = leftMs(at);
  const end = left === undefined ? '' : ` | ${formatDuration(left)} left`;
  const start = `${course.what} `;
  const percent = ` ${percentOf(at)} %`;
  const fixed = widthOf(start) + widthOf(percent) + widthOf(end);
  const note = at.note === '' ? '' : cutTo(` | ${at.note}`, Math.max(0, columns - fixed - barLeast));
  const room = Math.max(0, Math.min(barMost, columns - fixed - widthOf(note)));
  const full = Math.round((room * percentOf(at)) / 100);
  return cutTo(`${start}${'█'.repeat(full)}${'░'.repeat(room - full)}${percent}${note}${end}`, columns);
}

/** The same in a line of a log. */
export function progressText(course: Course, at: CourseAt): string {
  if (!course.isSizeKnown) return `${course.what}: ${at.note}`;
  const left = leftMs(at);
  return `${course.what}: ${percentOf(at)} %, ${at.note}${left === undefined ? '' : `, ${formatDuration(left)} left`}`;
}

/** The same for scripts, as one line of JSON. */
export function progressJson({ what, isSizeKnown }: Course, at: CourseAt): string {
  const { done, total, elapsedMs } = at;
  const left = isSizeKnown ? leftMs(at) : undefined;
  const size = isSizeKnown ? { total } : {};
  const progress = {
    what,
    done,
    ...size,
    elapsedMs: Math.round(elapsedMs),
    ...given({ leftMs: left }),
  };
  return JSON.stringify({ v: 1, progress });
}

function percentOf({ done, total }: CourseAt): number {
  return total <= 0 ? 100 : Math.floor((100 * Math.min(done, total)) / total);
}

/** How long it goes on, in ms, at the speed so far; undefined before there is one, and at the end. */
function leftMs({ done, total, elapsedMs }: CourseAt): number | undefined {
  if (done <= 0 || done >= total || elapsedMs < 500) return undefined;
  const left = (elapsedMs / done) * Math.max(0, total - done);
  // Whole seconds: milliseconds would only flicker.
  return Math.ceil(left / 1_000) * 1_000;
}
