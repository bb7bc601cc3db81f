// The built command line, called again and again in one process: bin/run.js is run anew for each call, so that all but
// the start of Node is as in a process of its own. Started by warm-commands.ts, which says when that is honest.
//
// A call comes through the pipe `calls` as texts, each with a NUL after it: the working directory, changes to the
// environment (NAME=VALUE), `stdin:` with the file to read or nothing, and the arguments. Its output is left in files, one
// for each time that it changed between stdout and stderr. The answer, through the pipe `answers`, is a line: the exit
// code and these files, whose names end in the number of the stream; or `decline` for what only a process can do.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire, syncBuiltinESMExports } from 'node:module';
import { join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { pathToFileURL } from 'node:url';
import vm from 'node:vm';

const [, , folder, bin] = process.argv;
const { readFileSync, writeFileSync } = fs;
const require = createRequire(import.meta.url);
const events = ['SIGINT', 'SIGTERM', 'uncaughtException', 'unhandledRejection', 'exit', 'warning'];
const bundles = new Map();
const bundleFile = /\/dist\/cli\/bundles\/[^/]+$/;
const texts = new Map();
// Compiled code (code-cache.ts), by the digest of its bundle; once the bundle runs here, code of no bytes with its own digest.
const codeFile = /\/code\/([0-9a-f]{32})-[^/]*$/;
const nothingKept = createHash('sha256').digest();
const known = new Set();
let calls = 0;
let call;

/** A stream of one call. What is written after the end of the call is lost, as with the end of a process. */
class Stream extends Writable {
  constructor(of, number) {
    super({ decodeStrings: true });
    this.of = of;
    this.fd = number;
  }

  _write(chunk, _, done) {
    const { pieces } = this.of;
    if (pieces.at(-1)?.fd !== this.fd) pieces.push({ fd: this.fd, chunks: [] });
    pieces.at(-1).chunks.push(chunk);
    done();
  }
}

process.exit = (code) => {
  if (code !== undefined) process.exitCode = code;
  endCall();
};
fs.readFileSync = (file, ...options) => {
  // Number 0 is the stdin of the call.
  if (file === 0) return Buffer.from(call.input);
  // A bundle, and what is kept of its compiler's work, are megabytes: to read them is most of a call.
  const [, digest] = codeFile.exec(file) ?? [];
  if (digest) return known.has(digest) ? nothingKept : readCode(file, digest, options);
  if (!bundleFile.test(file)) return readFileSync(file, ...options);
  if (!texts.has(file)) texts.set(file, readFileSync(file, ...options));
  return texts.get(file);
};
syncBuiltinESMExports();
// The code of a bundle is compiled and run once, as that of a module: both anew would be most of a call.
const { Script } = vm;
vm.Script = function bundleScript(source, options) {
  const loaded = bundles.get(options.filename);
  if (loaded) return loaded;
  const script = new Script(source, options);
  const run = script.runInThisContext();
  let exports;
  bundles.set(options.filename, {
    cachedDataRejected: false,
    createCachedData: () => script.createCachedData(),
    runInThisContext: () => (_, __, module) => {
      module.exports = exports;
    },
  });
  return {
    cachedDataRejected: script.cachedDataRejected,
    createCachedData: () => script.createCachedData(),
    runInThisContext:
      () =>
      (own, require, module, ...rest) => {
        run(own, require, module, ...rest);
        exports = module.exports;
      },
  };
};
// The end of a command that just stops: nothing is left to do.
process.on('beforeExit', () => (call ? endCall() : takeCall()));
// Whoever waits for an answer gets one, whatever happened.
process.on('exit', () => call && answer('70'));
const own = new Map(events.map((name) => [name, new Set(process.listeners(name))]));
takeCall();

/** Waits for the next call, with the process standing still. */
function takeCall() {
  const bytes = readFileSync(join(folder, 'calls'));
  const texts = bytes.toString().split('\0').slice(0, -1);
  // What is no UTF-8 is known only from the command line of a process.
  const isText = Buffer.from(`${texts.join('\0')}\0`).equals(bytes);
  if (!isText || !canEnter(texts[0])) return decline();
  const at = texts.findIndex((text) => text.startsWith('stdin:'));
  const changes = texts.slice(1, at).filter((text) => text !== '');
  setEnvironment([...readFileSync(join(folder, 'env'), 'utf8').split('\0').slice(0, -1), ...changes]);
  const file = texts[at].slice('stdin:'.length);
  begin(texts.slice(at + 1), file === '' ? '' : readFileSync(file));
}

function readCode(file, digest, options) {
  known.add(digest);
  return readFileSync(file, ...options);
}

function canEnter(dir) {
  try {
    process.chdir(dir);
    return true;
  } catch {
    return false;
  }
}

function decline() {
  answer('decline');
  setImmediate(takeCall);
}

/** Only what differs is written: Node forgets what it knows of time zones and the like when it is told anew. */
function setEnvironment(pairs) {
  const wanted = new Map(pairs.map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]));
  for (const name of Object.keys(process.env)) if (!wanted.has(name)) delete process.env[name];
  for (const [name, value] of wanted) if (process.env[name] !== value) process.env[name] = value;
}

function begin(args, input) {
  calls += 1;
  call = { input, pieces: [] };
  give('stdout', new Stream(call, 1));
  give('stderr', new Stream(call, 2));
  give('stdin', Readable.from(input.length === 0 ? [] : [input], { objectMode: false }));
  process.exitCode = undefined;
  process.argv = [process.argv[0], bin, ...args];
  delete require.cache[bin];
  import(`${pathToFileURL(bin).href}?${calls}`).catch((error) => {
    process.stderr.write(`${error.stack}\n`);
    process.exit(70);
  });
}

function give(name, stream) {
  Object.defineProperty(process, name, { value: stream, configurable: true, enumerable: true });
}

function endCall() {
  if (!call) return;
  const code = process.exitCode ?? 0;
  for (const name of events) {
    for (const listener of process.rawListeners(name)) {
      if (own.get(name).has(listener)) continue;
      process.off(name, listener);
      if (name === 'exit') listener(code);
    }
  }
  const files = call.pieces.map(({ fd, chunks }, i) => {
    const file = join(folder, `${calls}-${i}.${fd}`);
    writeFileSync(file, Buffer.concat(chunks));
    return file;
  });
  answer([code, ...files].join(' '));
  setImmediate(takeCall);
}

function answer(text) {
  call = undefined;
  writeFileSync(join(folder, 'answers'), `${text}\n`);
}
