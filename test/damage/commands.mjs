// Runs real commands of the built command line, one after another in this process, so that a trial costs no start of Node.
// Each line of stdin is a trial: {"dir", "commands": [[word, …], …]}. Answers with one line: how each command ended. What
// ends this process ends it in the middle of a trial, and the parent sees by which signal.
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const config = await Config.load({ root });
const write = process.stdout.write.bind(process.stdout);

for await (const line of createInterface({ input: process.stdin })) {
  const { dir, commands } = JSON.parse(line);
  const results = [];
  for (const words of commands) results.push(await run([...words, '--env', dir]));
  write(`${JSON.stringify(results)}\n`);
}
process.exit();

async function run(words) {
  let output = '';
  process.stdout.write = (text, done) => {
    output += text;
    done?.();
    return true;
  };
  process.exitCode = 0;
  try {
    const length = config.findCommand(words.slice(0, 2).join(':')) ? 2 : 1;
    await config.runCommand(words.slice(0, length).join(':'), words.slice(length));
    return { exit: process.exitCode, output };
  } catch (error) {
    if (error.oclif?.exit !== undefined) return { exit: error.oclif.exit, output };
    const isKnown = error.name === 'TxlogError';
    return {
      exit: isKnown ? 74 : 70,
      code: isKnown ? error.code : 'BUG',
      message: isKnown ? error.message : error.stack,
    };
  } finally {
    process.stdout.write = write;
  }
}
