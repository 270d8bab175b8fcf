// A network between a browser and the live server that can hold its breath: TCP passes through it, or waits in it.
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export type PausingProxy = {
  port: number;
  /** Nothing passes any more, in either direction; nobody is told. */
  pause(): void;
  /** What has waited passes, and all that follows. */
  resume(): void;
  close(): void;
};

/** Listens on a port of its own and passes on to `targetPort` of this machine, which may begin to listen later. */
export async function startPausingProxy(targetPort: number): Promise<PausingProxy> {
  const sockets = new Set<Socket>();
  let isPaused = false;
  const server = createServer({ pauseOnConnect: true }, (near) => {
    const far = connect(targetPort, '127.0.0.1');
    far.pause();
    for (const [from, to] of [[near, far], [far, near]] as const) {
      sockets.add(from);
      from.on('data', (chunk) => void to.write(chunk));
      from.on('end', () => to.end());
      from.on('error', () => to.destroy());
      from.on('close', () => {
        sockets.delete(from);
        to.destroy();
      });
      if (!isPaused) from.resume();
      else from.pause();
    }
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    port: (server.address() as AddressInfo).port,
    pause() {
      isPaused = true;
      for (const socket of sockets) socket.pause();
    },
    resume() {
      isPaused = false;
      for (const socket of sockets) socket.resume();
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
