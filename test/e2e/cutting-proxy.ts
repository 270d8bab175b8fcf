// A network between a gather and its site that breaks: it can be away, or cut connections after so many bytes.
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';

export type CuttingProxy = {
  port: number;
  /** Connections are reset, and new ones too, until `mend`. */
  cut(): void;
  mend(): void;
  /** How many connections have been cut by `allowance` so far. */
  readonly cuts: number;
  /** Bytes towards the site after which a new connection is reset; `undefined`: never. Asked for each connection. */
  allowance: () => number | undefined;
  close(): void;
};

/** Listens on a port of its own and passes on to `targetPort` of this machine, which may be away. */
export async function startCuttingProxy(targetPort: number): Promise<CuttingProxy> {
  const sockets = new Set<Socket>();
  let isCut = false;
  let cuts = 0;
  const server = createServer((near) => {
    sockets.add(near);
    near.on('error', () => {});
    near.on('close', () => sockets.delete(near));
    if (isCut) return void near.resetAndDestroy();
    const far = connect(targetPort, '127.0.0.1');
    let left = proxy.allowance() ?? Number.POSITIVE_INFINITY;
    near.on('data', (chunk) => {
      far.write(chunk.subarray(0, left));
      left -= chunk.length;
      if (left > 0) return;
      cuts += 1;
      near.resetAndDestroy();
      // What was let through arrives, as it would in a network.
      far.end();
    });
    near.on('close', () => far.end());
    far.on('error', () => near.resetAndDestroy());
    far.pipe(near);
  });
  const proxy: CuttingProxy = {
    port: 0,
    cut() {
      isCut = true;
      for (const socket of sockets) socket.resetAndDestroy();
    },
    mend() {
      isCut = false;
    },
    get cuts() {
      return cuts;
    },
    allowance: () => undefined,
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  proxy.port = (server.address() as AddressInfo).port;
  return proxy;
}
