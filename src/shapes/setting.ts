import { given } from '../core/base/given.ts';
import type { JsonObject } from '../core/base/json.ts';

/** The source of a setting's value. */
export interface SettingOrigin {
  readonly type: 'flag' | 'variable' | 'context' | 'config' | 'directory' | 'default';
  /** Name of the flag, the variable, the context or the file. */
  readonly name?: string;
}

/** A setting of the command line; without a value there is none. */
export interface Setting {
  readonly name: string;
  readonly value: string | undefined;
  readonly origin: SettingOrigin;
}

/** A setting as JSON. */
export function toSettingJson({ name, value, origin }: Setting): JsonObject {
  return { v: 1, setting: name, ...given({ value }), origin: { ...origin } };
}
