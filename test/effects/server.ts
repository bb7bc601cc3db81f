import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, createServer as createRawServer } from 'node:net';
import { ownCertificate } from './certificate.ts';

/** What a server was asked. */
export interface Asked {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** An HTTP server on the loopback that notes whatever it is asked, and answers as `answer` does. */
export class TestServer {
  readonly asked: Asked[] = [];
  readonly host: string;
  private readonly server: Server;

  private constructor(server: Server) {
    this.server = server;
    this.host = `127.0.0.1:${portOf(server)}`;
  }

  static async start(answer: (response: ServerResponse, asked: Asked) => void, isSecure = false): Promise<TestServer> {
    let started: TestServer | undefined;
    const listener: RequestListener = async (request, response) => {
      const chunks: Buffer[] = await request.toArray();
      const { method = '', url = '', headers } = request;
      const asked = { method, url, headers, body: Buffer.concat(chunks).toString() };
      started?.asked.push(asked);
      answer(response, asked);
    };
    const server = isSecure ? createTlsServer(ownCertificate(), listener) : createServer(listener);
    await once(server.listen(0, '127.0.0.1'), 'listening');
    started = new TestServer(server);
    return started;
  }

  url(path = '/'): string {
    return `http://${this.host}${path}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** A port of the loopback on which nobody listens. */
export async function closedPort(): Promise<number> {
  const server = createRawServer();
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const port = portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}

function portOf(server: { address(): AddressInfo | string | null }): number {
  return (server.address() as AddressInfo).port;
}
