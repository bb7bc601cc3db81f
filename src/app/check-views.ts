import type { App } from '../core/app/app.ts';
import { reservedParameters, type ViewDefinition } from '../core/app/view-definition.ts';
import { isJsonObject } from '../core/base/json.ts';
import { findNameProblem } from '../core/base/key.ts';
import { limits } from '../core/base/limits.ts';

const viewFields: readonly string[] = ['summary', 'schema', 'read'];

/** Finds what is wrong with the views of an app; undefined when nothing is. */
export function findViewProblem(views: App['views']): string | undefined {
  if (views === undefined) return undefined;
  if (!isJsonObject(views)) return 'views is not an object';
  for (const [name, view] of Object.entries(views)) {
    const problem = findProblem(name, view as unknown as ViewDefinition);
    if (problem !== undefined) return `views[${JSON.stringify(name)}] ${problem}`;
  }
  return undefined;
}

function findProblem(name: string, view: ViewDefinition): string | undefined {
  const wrongName = findNameProblem(name, limits.typeBytesMax);
  if (wrongName !== undefined) return `has a name that is none: ${wrongName}`;
  if (!isJsonObject(view)) return 'is not an object';
  const { read, summary, schema } = view;
  const unknown = Object.keys(view).find((field) => !viewFields.includes(field));
  if (unknown !== undefined) return `has an unknown field ${JSON.stringify(unknown)}`;
  if (typeof read !== 'function') return 'has a read that is not a function';
  if (summary !== undefined && typeof summary !== 'string') return 'has a summary that is not a text';
  const { properties } = (schema ?? {}) as { readonly properties?: object };
  const taken = reservedParameters.find((parameter) => Object.hasOwn(properties ?? {}, parameter));
  return taken === undefined ? undefined : `has a parameter ${taken}, which says as of which position a view answers`;
}
