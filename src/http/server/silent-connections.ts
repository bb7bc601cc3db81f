import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server for connections on which nothing was ever sent: browsers open them before they need them, and balancers to
 * see whether anyone is there. Node counts them as busy, so that a server which closes waits for them.
 *
 * The first call takes those that are there; what it returns ends those of them that are still silent. Leave some time in
 * between: what was on its way has come then.
 */
export function watchSilent(server: Server): () => () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    const known = [...silent];
    return () => {
      for (const socket of known) if (socket.bytesRead === 0) socket.end();
    };
  };
}
