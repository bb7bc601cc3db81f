import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** A context as any face shows it. */
export interface ShownContext {
  readonly name: string;
  /** Its directory, or the address of a frontend. */
  readonly dir: string;
  readonly tokenFile?: string;
  readonly color?: string;
  readonly protected: boolean;
}

/** A context of the list: whether it is the current one. */
export interface ListedContext extends ShownContext {
  readonly current: boolean;
}

/** A context as JSON. */
export function toContextJson(context: ListedContext): JsonObject {
  const { name, dir, color, tokenFile, protected: isProtected, current } = context;
  return { v: 1, name, dir, ...given({ color, tokenFile }), protected: isProtected, current };
}

/** The context of an environment, as a field of what is told of the environment; nothing where it has none. */
export function contextField(context: ShownContext | undefined): JsonObject {
  if (context === undefined) return {};
  const { name, color, protected: isProtected } = context;
  return { context: { name, ...given({ color }), protected: isProtected } };
}
