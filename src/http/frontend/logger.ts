import pino, { type Logger } from 'pino';

/** The log of a frontend: a line of JSON for each event, to stderr, written before the next thing happens. */
export function makeLogger(name: string, isQuiet = false): Logger {
  return pino(
    {
      level: isQuiet ? 'silent' : 'info',
      base: { frontend: name },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: 'event',
      formatters: { level: levelOf },
    },
    pino.destination({ fd: 2, sync: true }),
  );
}

function levelOf(label: string): { readonly level: string } {
  return { level: label };
}
