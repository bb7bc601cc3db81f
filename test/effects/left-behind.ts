import { systemEffects } from '../../src/effects/system-effects.ts';
import { contextOf } from './context.ts';

// A process that ends while a program runs, as a worker does at the second Ctrl-C. The argument is a script for a shell
// that writes to the file in $READY as soon as it may be left behind, and nothing before.
const { argv, env } = process;
void systemEffects().command({ argv: ['sh', '-c', argv[2] ?? ''], env: { READY: env.READY ?? '' } }, contextOf());
process.stdin.on('data', () => process.exit(7));
