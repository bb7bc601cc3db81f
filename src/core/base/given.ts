/** The fields that have a value; those that may have none become optional. */
export type Given<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
};

/**
 * Leaves out the fields that are undefined: an absent field is not there, in JSON as in memory. The order of the others
 * stays.
 */
export function given<T extends object>(fields: T): Given<T> {
  const present: Partial<T> = {};
  for (const name in fields) if (fields[name] !== undefined) present[name] = fields[name];
  return present as unknown as Given<T>;
}

/** Makes something of a value that may be absent: `given({ due: ifGiven(due, toTime) })`. */
export function ifGiven<T, R>(value: T | undefined, make: (value: T) => R): R | undefined {
  return value === undefined ? undefined : make(value);
}
