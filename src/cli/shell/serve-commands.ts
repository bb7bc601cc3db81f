import type { Config } from '@oclif/core';
import { hasLoadedCode } from '../../machine/loaded-code.ts';
import { knowName } from '../frame/protection.ts';
import { runWithin } from '../frame/run-cli.ts';

const events = ['SIGINT', 'SIGTERM'] as const;

/** Runs the commands that the process of a shell asks for, one after another, until it goes away. */
export async function serveCommands(config: Config): Promise<void> {
  process.on('message', async (message) => {
    const { words, name } = message as { readonly words: readonly string[]; readonly name: string };
    knowName(name);
    const own = new Map(events.map((name) => [name, new Set(process.listeners(name))]));
    const errors = [process.stdout, process.stderr].map((stream) => ({ stream, known: stream.listeners('error') }));
    const code = await runWithin(config, words);
    // A command of its own process never takes its listeners back.
    for (const [name, known] of own)
      for (const listener of process.listeners(name)) if (!known.has(listener)) process.off(name, listener);
    for (const { stream, known } of errors)
      for (const listener of stream.listeners('error'))
        if (!known.includes(listener)) stream.off('error', listener as () => void);
    // The code of an app is loaded once in a process: after a change of it, another one has to.
    process.send?.({ code, isWorn: hasLoadedCode() });
  });
  await new Promise<void>((resolve) => process.once('disconnect', resolve));
}
