import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';
import { type ListedView, toRejectionJson, type ViewAnswer } from '../index.ts';

/** The answer of a view as JSON. */
export function toViewJson(answer: ViewAnswer): JsonObject {
  const { view, position, rejection } = answer;
  const head = { v: 1, view, position: String(position) };
  return rejection ? { ...head, rejection: toRejectionJson(rejection) } : { ...head, value: answer.value };
}

/** A view of the app as JSON. */
export function toListedViewJson({ view, summary, schema }: ListedView): JsonObject {
  return { v: 1, view, ...given({ summary, schema }) };
}
