// Goal: say what a log means without any line of the engine, so that a mistake there is not made twice.

/** States by key, folded from records in log order: `{kind, exists, value, owner, applied}`. */
export class TinyFold {
  states = new Map();
  committed = 0;
  rejected = 0;

  apply({ position, outcome, changes }) {
    if (outcome === 'rejected') {
      this.rejected += 1;
      return;
    }
    this.committed += 1;
    for (const change of changes) this.change(position, change);
    for (const key of new Set(changes.map((change) => change.key))) this.states.get(key).applied.push(position);
  }

  /** Keys of a kind that have a value or an owner now. */
  existing(kind) {
    return [...this.states].filter(([, state]) => state.exists && state.kind === kind).map(([key]) => key);
  }

  change(position, { op, key, value, result }) {
    const kind = ['claim', 'confirm', 'release', 'replace', 'expire'].includes(op) ? 'dedicated' : 'shared';
    const state = this.states.get(key) ?? { kind, exists: false, value: undefined, owner: undefined, applied: [] };
    this.states.set(key, state);
    if (op === 'confirm') return;
    if (op === 'release' || op === 'expire' || op === 'delete') free(state);
    else if (op === 'restore') restore(state, result);
    else Object.assign(state, { exists: true, value: next(op, state.value, value) });
    if (op === 'claim') state.owner = position;
  }
}

function next(op, before, value) {
  if (op === 'add') return (before ?? 0) + value;
  if (op === 'append') return [...(before ?? []), ...value];
  if (op === 'merge') return merged(before, value);
  return value ?? null;
}

function merged(before, patch) {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch;
  const after = typeof before === 'object' && before !== null && !Array.isArray(before) ? { ...before } : {};
  for (const [field, value] of Object.entries(patch)) {
    if (value === null) delete after[field];
    else after[field] = merged(after[field], value);
  }
  return after;
}

function restore(state, { exists, value = null, owner }) {
  if (exists) Object.assign(state, { exists, value, owner });
  else free(state);
}

function free(state) {
  Object.assign(state, { exists: false, value: undefined, owner: undefined });
}
