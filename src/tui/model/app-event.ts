import type { Overview } from '../../index.ts';
import type { Marks } from './app-state.ts';
import type { Performed, PlanItem } from './dialog.ts';
import type { JobProgress } from './job.ts';
import type { Want } from './places.ts';
import type { Problem } from './screen-problem.ts';
import type { Key } from './typed-keys.ts';

/** Something that happens to the screen. */
export type AppEvent =
  | { readonly type: 'key'; readonly key: Key }
  | { readonly type: 'overview'; readonly overview: Overview; readonly now: number }
  /** It was looked at, and nothing has happened: what is shown is as it was. */
  | { readonly type: 'quiet'; readonly now: number }
  /** The environment is open; `without` its own app, where that cannot be loaded. */
  | { readonly type: 'opened'; readonly without: Problem | undefined }
  | { readonly type: 'lost'; readonly problem: Problem; readonly now: number }
  | { readonly type: 'loaded'; readonly key: string; readonly head: number; readonly value: unknown }
  | { readonly type: 'not loaded'; readonly key: string; readonly head: number; readonly problem: Problem }
  | { readonly type: 'resized'; readonly columns: number; readonly rows: number }
  | { readonly type: 'tick'; readonly now: number }
  | { readonly type: 'planned'; readonly items: readonly PlanItem[]; readonly action: object }
  | ({ readonly type: 'performed'; readonly action: object } & Performed)
  | { readonly type: 'progress'; readonly action: object; readonly progress: JobProgress }
  | { readonly type: 'failed'; readonly problem: Problem; readonly action: object }
  /** All of a list are marked, or as many as can be at once: then there are more. */
  | { readonly type: 'marked'; readonly want: Want; readonly marks: Marks; readonly more: boolean }
  /** All of a list were to be marked, and it could not be read. */
  | { readonly type: 'not marked'; readonly problem: Problem }
  | { readonly type: 'copied'; readonly text: string };
