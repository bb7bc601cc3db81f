import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { Agent, request } from 'node:http';
import { createInterface } from 'node:readline';

/** The command line, in a process of its own. The benchmarks run from the root of the project. */
const command = 'bin/run.js';

/** A frontend in a process of its own. */
export interface ServeProcess {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Starts a frontend, and waits until it listens. */
export async function startFrontend(env: string, args: readonly string[]): Promise<ServeProcess> {
  const child = startCommand(['serve', '--env', env, '--listen', '127.0.0.1:0', ...args]);
  const stderr = child.stderr as NonNullable<typeof child.stderr>;
  const lines = createInterface({ input: stderr });
  for await (const line of lines) {
    const { event, url } = JSON.parse(line) as { readonly event: string; readonly url: string };
    if (event !== 'listening') continue;
    // Its log is read by nobody from here on, and must not fill the pipe.
    stderr.resume();
    return { child, port: Number(new URL(url).port) };
  }
  throw new Error('the frontend did not start');
}

/** Starts a command. */
export function startCommand(args: readonly string[]): ChildProcess {
  return spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Ends a process in order. */
export async function stopCommand(child: ChildProcess): Promise<void> {
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
}

/** Keeps so many connections, each of which asks again when its answer has come. */
export class KeepAliveClients {
  private readonly agent: Agent;
  private readonly port: number;
  private readonly clients: number;

  constructor(port: number, clients: number) {
    this.port = port;
    this.clients = clients;
    this.agent = new Agent({ keepAlive: true, maxSockets: clients });
  }

  /** Asks all that `next` gives, until it gives nothing. `answered` hears of each status and time in ms. */
  async ask(next: () => Asked | undefined, answered: (status: number, ms: number) => void): Promise<void> {
    const client = async () => {
      for (let asked = next(); asked; asked = next()) {
        const sent = performance.now();
        const status = await this.send(asked);
        answered(status, performance.now() - sent);
      }
    };
    await Promise.all(Array.from({ length: this.clients }, client));
  }

  close(): void {
    this.agent.destroy();
  }

  private send({ path, body }: Asked): Promise<number> {
    const { agent, port } = this;
    const headers =
      body === undefined ? {} : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) };
    return new Promise((resolve, reject) => {
      const asked = request({
        port,
        path,
        agent,
        headers,
        host: '127.0.0.1',
        method: body === undefined ? 'GET' : 'POST',
      });
      asked.once('error', reject).once('response', (answer) => {
        answer.resume().once('end', () => resolve(answer.statusCode ?? 0));
      });
      asked.end(body);
    });
  }
}

/** One call: a request that is posted, or a view. */
export interface Asked {
  readonly path: string;
  readonly body?: string;
}
