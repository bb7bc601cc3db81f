import { flag, oneOf, type Schema, shape, text, v } from './schema-terms.ts';

/** A context. */
export const contextSchema: Schema = shape(
  { v, name: text, dir: text, protected: flag, current: flag },
  { color: text },
);

/** The answer of `context use --none`: there is no current context. */
export const noContext: Schema = shape({ v });

/** A context that was removed. */
export const removedContext: Schema = shape({ v, name: text, removed: flag });

/** A setting, and what gave it its value. */
export const settingSchema: Schema = shape(
  {
    ...{ v, setting: text },
    origin: shape({ type: oneOf('flag', 'variable', 'context', 'config', 'directory', 'default') }, { name: text }),
  },
  { value: text },
);
