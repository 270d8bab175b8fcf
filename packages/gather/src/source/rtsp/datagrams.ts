// UDP sockets of one RTSP session (RFC 3550 §11): for each media an even port for RTP and the odd one above it for RTCP.
import { type Socket, createSocket } from 'node:dgram';
import { once } from 'node:events';

export type Datagrams = {
  /** Two neighbouring ports for media number `media`; undefined when none are free. */
  open(media: number): Promise<readonly [rtp: number, rtcp: number] | undefined>;
  /** Where the packets of a media come from and ours go to. */
  peer(media: number, host: string, ports: readonly [rtp: number, rtcp: number]): void;
  send(channel: number, bytes: Uint8Array): void;
  close(): void;
};

/** Bytes that the system may keep for us: a burst of a keyframe at 8 Mbps. */
const receiveBytes = 1024 * 1024;
const mostTries = 32;

type Lane = { socket: Socket; host: string; port: number };

/**
 * Sockets on the addresses of the RTSP connection. `receive` gets what comes from the server or the hosts that it named, by
 * channel (2 × media, + 1 for RTCP); strangers are passed over.
 */
export function createDatagrams({ local, remote }: { local: string; remote: string }, receive: (channel: number, bytes: Uint8Array) => void): Datagrams {
  const lanes: (Lane | undefined)[] = [];
  let isClosed = false;

  const adopt = (channel: number, socket: Socket): void => {
    const lane: Lane = { socket, host: plain(remote), port: 0 };
    lanes[channel] = lane;
    socket.on('error', () => {});
    socket.on('message', (bytes, from) => {
      if (!isClosed && plain(from.address) === lane.host) receive(channel, bytes);
    });
  };
  const closeLane = (channel: number): void => {
    lanes[channel]?.socket.close();
    lanes[channel] = undefined;
  };

  return {
    async open(media) {
      for (const channel of [2 * media, 2 * media + 1]) closeLane(channel);
      const pair = await openPair(plain(local));
      if (pair === undefined) return undefined;
      if (isClosed) {
        for (const socket of pair) socket.close();
        return undefined;
      }
      pair.forEach((socket, i) => adopt(2 * media + i, socket));
      return [pair[0].address().port, pair[1].address().port];
    },
    peer(media, host, ports) {
      ports.forEach((port, i) => {
        const lane = lanes[2 * media + i];
        if (lane !== undefined) Object.assign(lane, { host: plain(host), port });
      });
    },
    send(channel, bytes) {
      const lane = lanes[channel];
      if (lane !== undefined && lane.port > 0) lane.socket.send(bytes, lane.port, lane.host, () => {});
    },
    close() {
      isClosed = true;
      for (let channel = 0; channel < lanes.length; channel++) closeLane(channel);
    },
  };
}

/** IPv4 addresses inside IPv6 as they are known otherwise. */
function plain(address: string): string {
  return address.replace(/^::ffff:/i, '');
}

async function openPair(address: string): Promise<readonly [Socket, Socket] | undefined> {
  for (let tries = 0; tries < mostTries; tries++) {
    const first = await bound(address, 0);
    if (first === undefined) return undefined;
    const { port } = first.address();
    const second = port % 2 === 0 ? await bound(address, port + 1) : undefined;
    if (second !== undefined) return [first, second];
    first.close();
  }
  return undefined;
}

async function bound(address: string, port: number): Promise<Socket | undefined> {
  const socket = createSocket({ type: address.includes(':') ? 'udp6' : 'udp4', recvBufferSize: receiveBytes });
  try {
    socket.bind(port, address);
    await once(socket, 'listening');
    return socket;
  } catch {
    socket.close();
    return undefined;
  }
}
