import { Errors, Flags } from '@oclif/core';
import { limits } from '../../core/base/limits.ts';
import { findOutOfRange } from '../../core/base/number-range.ts';

/** Bounds of a flag; without `max`, that of what a number can hold exactly. */
type Bounds = { min?: number; max?: number };

/** A flag that takes a whole number. What is none, or out of its bounds, is a wrong command line. */
export const wholeNumber = Flags.custom<number, Bounds>({
  async parse(text, _, { min = 0, max = limits.numberMax }) {
    const range = { words: 'a whole number', min, max, isWhole: true };
    const number = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    if (findOutOfRange('', number, range) === undefined) return number;
    // Its flag is named by whoever reports it.
    throw new Errors.CLIError(findOutOfRange('', text, range) ?? '');
  },
});
