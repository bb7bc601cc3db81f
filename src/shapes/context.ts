import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** A context as any face shows it. */
export interface ShownContext {
  readonly name: string;
  readonly dir: string;
  readonly color?: string;
  readonly protected: boolean;
}

/** A context of the list: whether it is the current one. */
export interface ListedContext extends ShownContext {
  readonly current: boolean;
}

/** A context as JSON. */
export function toContextJson({ name, dir, color, protected: isProtected, current }: ListedContext): JsonObject {
  return { v: 1, name, dir, ...given({ color }), protected: isProtected, current };
}

/** The context of an environment, as a field of what is told of the environment; nothing where it has none. */
export function contextField(context: ShownContext | undefined): JsonObject {
  if (context === undefined) return {};
  const { name, color, protected: isProtected } = context;
  return { context: { name, ...given({ color }), protected: isProtected } };
}
