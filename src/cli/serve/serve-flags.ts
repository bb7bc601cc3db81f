import { Flags } from '@oclif/core';
import { TxlogError } from '../../core/base/errors.ts';
import { given, ifGiven } from '../../core/base/given.ts';
import { limits } from '../../core/base/limits.ts';
import { durationValue, parseDuration } from '../../text/duration.ts';
import { wholeNumber } from '../frame/whole-number.ts';

/** The flags of a frontend. */
export const serveFlags = {
  listen: Flags.string({
    summary: 'Listen here. The default is 127.0.0.1:8080.',
    default: '127.0.0.1:8080',
    env: 'TXLOG_LISTEN',
    helpValue: 'HOST:PORT|unix:PATH',
  }),
  name: Flags.string({
    summary: 'The name of this frontend: its responses come to the queue frontend/NAME. The default is main.',
    default: 'main',
    env: 'TXLOG_FRONTEND',
    helpValue: 'NAME',
  }),
  direct: Flags.boolean({ summary: 'Decide requests here, without a queue and a worker.' }),
  work: wholeNumber({
    summary: 'Run so many turns of a worker at once, in a thread of this process.',
    min: 0,
    max: 1_000,
    helpValue: 'N',
  }),
  host: Flags.string({
    summary: 'Answer also to requests that name this host. Can be repeated.',
    ...{ multiple: true, multipleNonGreedy: true, helpValue: 'HOST' },
  }),
  drain: Flags.string({
    summary: 'When it is told to stop, let clients wait so long for their outcome. The default is 10s.',
    helpValue: durationValue,
  }),
  rate: wholeNumber({
    summary: 'Take so many requests a second from one client.',
    min: 1,
    max: 1_000_000,
    helpValue: 'N',
  }),
  'queue-max': wholeNumber({
    summary: 'Refuse requests while so many wait in the queue of their type. The default is 10000.',
    ...{ min: 0, max: 1_000_000_000, helpValue: 'N' },
  }),
  auth: Flags.string({
    summary: 'Take only requests with a token that this JSON file allows: keys, issuer, audience.',
    helpValue: 'FILE',
  }),
  sync: Flags.boolean({
    summary: 'Take over dumps of other environments, too: whoever may ask decides what is in them.',
  }),
  'no-page': Flags.boolean({ summary: 'Serve no page for people.' }),
  insecure: Flags.boolean({ summary: 'Listen beyond the loopback, though anyone who reaches it may ask.' }),
};

/** Their values. */
interface ServeFlags {
  readonly listen: string;
  readonly name: string;
  readonly direct: boolean;
  readonly sync: boolean;
  readonly 'no-page': boolean;
  readonly insecure: boolean;
  readonly work?: number | undefined;
  readonly host?: readonly string[] | undefined;
  readonly drain?: string | undefined;
  readonly auth?: string | undefined;
  readonly rate?: number | undefined;
  readonly 'queue-max'?: number | undefined;
}

/** How a frontend is to run. Errors: USAGE of a time, or of a name. */
export function readServeFlags({ listen, name, direct, insecure, sync, ...flags }: ServeFlags) {
  if (!/^[\w.-]{1,64}$/.test(name)) {
    throw new TxlogError('USAGE', `--name ${JSON.stringify(name)}: up to 64 letters, digits and the marks . _ -`);
  }
  const { work = 0, host: hosts = [], auth, rate, 'queue-max': queueMax } = flags;
  const drainMs = ifGiven(flags.drain, (text) => parseDuration('--drain', text)) ?? limits.httpDrainMs;
  return {
    listen,
    name,
    isDirect: direct,
    isInsecure: insecure,
    takesDumps: sync,
    hasPage: !flags['no-page'],
    work,
    hosts,
    drainMs,
    ...given({ auth, rate, queueMax }),
  };
}
