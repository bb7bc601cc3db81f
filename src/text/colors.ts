import { Chalk } from 'chalk';

/** Colours by meaning. A colour never says what the text beside it does not. */
export interface Colors {
  good(text: string): string;
  bad(text: string): string;
  warn(text: string): string;
  dim(text: string): string;
  strong(text: string): string;
  key(text: string): string;
  /** A colour that a user chose. */
  paint(color: 'red' | 'green' | 'yellow' | 'blue' | 'magenta' | 'cyan', text: string): string;
}

/** How a table is laid out for people: its colours, and the width that it is cut to; nothing is cut without one. */
export interface ListLook extends Colors {
  readonly columns?: number | undefined;
}

/** Colours when `wanted`, unless the terminal or its user has none of them (NO_COLOR, TERM=dumb). */
export function makeColors(wanted: boolean): Colors {
  const { NO_COLOR = '', TERM } = process.env;
  const chalk = new Chalk({ level: wanted && NO_COLOR === '' && TERM !== 'dumb' ? 1 : 0 });
  return {
    good: chalk.green,
    bad: chalk.red,
    warn: chalk.yellow,
    dim: chalk.dim,
    strong: chalk.bold,
    key: chalk.cyan,
    paint: (color, text) => chalk[color](text),
  };
}
