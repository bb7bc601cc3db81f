import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/**
 * Watches a server for connections on which nothing was ever sent: browsers open them before they need them, and balancers to
 * see whether anyone is there. Node counts them as busy, so that a server which closes waits for them. Returns how to end them.
 */
export function watchSilent(server: Server): () => void {
  const silent = new Set<Socket>();
  server.on('connection', (socket: Socket) => {
    silent.add(socket);
    socket.once('close', () => silent.delete(socket));
  });
  server.on('request', ({ socket }) => silent.delete(socket));
  return () => {
    for (const socket of silent) if (socket.bytesRead === 0) socket.end();
  };
}
