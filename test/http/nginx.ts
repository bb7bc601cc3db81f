import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

const example = fileURLToPath(new URL('../../fixtures/deploy/nginx.conf', import.meta.url));

/**
 * Whether there is a balancer. Where CI runs as root on Debian it is installed, as a test is worth more with the real one.
 */
export function hasBalancer(program: 'nginx' | 'haproxy'): boolean {
  const isThere = () => spawnSync(program, ['-v']).status === 0;
  if (isThere() || process.env.CI !== 'true' || process.getuid?.() !== 0) return isThere();
  const name = program === 'nginx' ? 'nginx-light' : program;
  spawnSync('sh', ['-c', `apt-get update -qq && apt-get install -qq -y --no-install-recommends ${name}`]);
  return isThere();
}

/** nginx with the example configuration, at other ports. */
export class Nginx {
  readonly url: string;
  private readonly child: ChildProcess;

  private constructor(url: string, child: ChildProcess) {
    this.url = url;
    this.child = child;
  }

  static async start(dir: string, frontends: readonly number[]): Promise<Nginx> {
    const port = await freePort();
    mkdirSync(join(dir, 'tmp'), { recursive: true });
    const text = frontends.reduce(
      (config, frontend, i) => config.replace(`127.0.0.1:${8081 + i} `, `127.0.0.1:${frontend} `),
      readFileSync(example, 'utf8').replace('listen 127.0.0.1:8080', `listen 127.0.0.1:${port}`),
    );
    writeFileSync(join(dir, 'nginx.conf'), text);
    const own = process.getuid?.() === 0 ? ['-g', 'user root;'] : [];
    const child = spawn('nginx', ['-p', dir, '-c', 'nginx.conf', '-e', join(dir, 'error.log'), ...own], {
      stdio: 'inherit',
    });
    while (!(await isOpen(port))) await pause(20);
    return new Nginx(`http://127.0.0.1:${port}`, child);
  }

  /** Reads its configuration again: its workers end, with all their connections to frontends, when they have answered. */
  reload(): void {
    this.child.kill('SIGHUP');
  }

  async stop(): Promise<void> {
    const ended = once(this.child, 'exit');
    this.child.kill('SIGTERM');
    await ended;
  }
}

/** A port that nobody listens at now. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { readonly port: number };
  server.close();
  await once(server, 'close');
  return port;
}

/** Whether somebody listens at a port. */
export function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.unref();
    socket.once('connect', () => socket.destroy());
  });
}
