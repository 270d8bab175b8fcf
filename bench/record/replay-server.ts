// A light RTSP server for benches: any number of channels rtsp://127.0.0.1:PORT/ch/<n>, each the same clip in real time over TCP.
//
//   node bench/record/replay-server.ts [--port 0] [--kbps 1000]
//
// Prints one line of JSON when it listens ({ port, kbps, packetsPerSecond }) and one every 5 s ({ channels, packets, lateMillis,
// slow, cpu }): packets sent so far, the longest delay of a tick since the line before, clients that were cut because they
// did not keep up, and the share of a core. Ends with its standard input.
import { type Server, type Socket, createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type RtspRequest, RtspStreamReader, headerOf, writeRtspMessage, writeSdp } from '@lubo/media';
import { type Clip, clipSeconds, makeClip } from './replay-clip.ts';
import { type ReplayStream, createReplayStream } from './replay-stream.ts';

export type ReplayServer = {
  port: number;
  /** Bits that one channel sends in a second, RTP and framing included. */
  kbps: number;
  packetsPerSecond: number;
  status(): { channels: number; packets: number; lateMillis: number; slow: number };
  close(): Promise<void>;
};

const tickMillis = 10;
/** A client that leaves so much unread is cut: 8 s at 2 Mbps. */
const mostUnread = 2 * 1024 * 1024;
const noBody = new Uint8Array(0);

type Channel = { socket: Socket; stream: ReplayStream; startedAt: number };

/** Makes the clip and listens on loopback. */
export async function startReplayServer({ port = 0, kbps }: { port?: number; kbps: number }): Promise<ReplayServer> {
  const clip = await makeClip(kbps);
  const channels = new Set<Channel>();
  const sockets = new Set<Socket>();
  const counts = { packets: 0, slow: 0, lateMillis: 0 };
  const leave = (channel: Channel): void => {
    if (channels.delete(channel)) counts.packets += channel.stream.packets;
  };
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
    serve(socket, clip, (channel) => {
      channels.add(channel);
      socket.on('close', () => leave(channel));
    });
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', 1024, resolve));
  let tickedAt = performance.now();
  const timer = setInterval(() => {
    const now = performance.now();
    counts.lateMillis = Math.max(counts.lateMillis, now - tickedAt - tickMillis);
    tickedAt = now;
    for (const { socket, stream, startedAt } of channels) {
      const bytes = stream.due(now - startedAt);
      if (bytes !== undefined) socket.write(bytes);
      if (socket.writableLength > mostUnread) {
        counts.slow += 1;
        socket.destroy();
      }
    }
  }, tickMillis);
  return {
    port: (server.address() as AddressInfo).port,
    kbps: Math.round((clip.bytes * 8) / 1000 / clipSeconds),
    packetsPerSecond: (clip.packetCount.video + clip.packetCount.audio) / clipSeconds,
    status() {
      const lateMillis = Math.round(counts.lateMillis);
      counts.lateMillis = 0;
      const packets = [...channels].reduce((sum, { stream }) => sum + stream.packets, counts.packets);
      return { channels: channels.size, packets, lateMillis, slow: counts.slow };
    },
    async close() {
      clearInterval(timer);
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function serve(socket: Socket, clip: Clip, onPlay: (channel: Channel) => void): void {
  socket.setNoDelay(true);
  socket.on('error', () => {});
  const reader = new RtspStreamReader({
    message: (message) => {
      if (message.type === 'request') socket.write(answer(message, clip, socket, onPlay));
    },
    frame: () => {},
  });
  socket.on('data', (bytes) => {
    try {
      reader.receive(bytes);
    } catch {
      socket.destroy();
    }
  });
}

function answer(request: RtspRequest, clip: Clip, socket: Socket, onPlay: (channel: Channel) => void): Uint8Array {
  const headers: [string, string][] = [['CSeq', headerOf(request, 'CSeq') ?? '0']];
  const reply = (body: Uint8Array = noBody, status = 200, reason = 'OK'): Uint8Array => writeRtspMessage({ type: 'response', status, reason, headers, body });
  const isChannel = /\/ch\/\d+(\/track[01])?\/?$/.test(request.uri);
  switch (request.method) {
    case 'OPTIONS':
      headers.push(['Public', 'OPTIONS, DESCRIBE, SETUP, PLAY, TEARDOWN, GET_PARAMETER']);
      return reply();
    case 'DESCRIBE':
      if (!isChannel) return reply(noBody, 404, 'Not Found');
      headers.push(['Content-Type', 'application/sdp'], ['Content-Base', `${request.uri.replace(/\/$/, '')}/`]);
      return reply(writeSdp(clip.sdp));
    case 'SETUP': {
      const isVideo = request.uri.endsWith('track0');
      if (!/TCP/i.test(headerOf(request, 'Transport') ?? '')) return reply(noBody, 461, 'Unsupported Transport');
      headers.push(['Transport', `RTP/AVP/TCP;unicast;interleaved=${isVideo ? '0-1' : '2-3'}`], ['Session', '1;timeout=60']);
      return reply();
    }
    case 'PLAY':
      headers.push(['Session', '1']);
      // After the answer has gone out.
      setImmediate(() => onPlay({ socket, stream: createReplayStream(clip, Date.now()), startedAt: performance.now() }));
      return reply();
    case 'TEARDOWN':
      setImmediate(() => socket.end());
      return reply();
    default:
      return reply();
  }
}

if (import.meta.main) {
  const { values } = parseArgs({ options: { port: { type: 'string', default: '0' }, kbps: { type: 'string', default: '1000' } } });
  const server = await startReplayServer({ port: Number(values.port), kbps: Number(values.kbps) });
  const print = (value: object): void => void process.stdout.write(`${JSON.stringify(value)}\n`);
  print({ port: server.port, kbps: server.kbps, packetsPerSecond: server.packetsPerSecond });
  let before = process.cpuUsage();
  const timer = setInterval(() => {
    const { user, system } = process.cpuUsage(before);
    before = process.cpuUsage();
    print({ ...server.status(), cpu: (user + system) / 5e6 });
  }, 5_000);
  process.stdin.resume().on('end', () => {
    clearInterval(timer);
    void server.close();
  });
}
