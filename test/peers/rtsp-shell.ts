// Sockets and a clock for the RTSP session, just enough to meet a foreign server on loopback, and that server.

import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { type Socket as DatagramSocket, createSocket } from 'node:dgram';
import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { type RtspClientEvent, type RtspClientOptions, RtspClientSession, type RtspStep } from '@lubo/media';

const python = '/usr/bin/python3';
const probe = 'import gi; gi.require_version("Gst", "1.0"); gi.require_version("GstRtspServer", "1.0"); from gi.repository import GstRtspServer';

/** Whether GStreamer's RTSP server and the elements of the pipelines are installed. */
export function hasRtspServer(elements: readonly string[]): boolean {
  if (spawnSync(python, ['-c', probe], { stdio: 'ignore' }).status !== 0) return false;
  return elements.every((element) => spawnSync('gst-inspect-1.0', ['--exists', element], { stdio: 'ignore' }).status === 0);
}

/** A server that plays a pipeline at /stream; `setCaps` changes a capsfilter in the running stream. */
export async function serveRtsp(pipeline: string, login: readonly string[] = []): Promise<{ port: number; setCaps(name: string, caps: string): void; close(): Promise<void> }> {
  const child = spawn(python, [join(import.meta.dirname, 'rtsp-server.py'), pipeline, ...login], { stdio: ['pipe', 'pipe', 'inherit'] });
  const exit = once(child, 'exit');
  const [line] = (await Promise.race([once(child.stdout, 'data'), exit])) as [Buffer];
  return {
    port: Number(String(line)),
    setCaps: (name, caps) => void child.stdin.write(`${name} ${caps}\n`),
    async close() {
      child.stdin.end();
      await exit;
    },
  };
}

export const hash = {
  md5: (text: string) => createHash('md5').update(text).digest('hex'),
  sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
};

export type PlayOptions = Omit<RtspClientOptions, 'hash'> & {
  /** Ends the session from our side when it says so. */
  until?: (events: readonly RtspClientEvent[]) => boolean;
};

/** Plays a stream to its end: all events. */
export async function play({ until = () => false, ...options }: PlayOptions): Promise<RtspClientEvent[]> {
  const session = new RtspClientSession({ ...options, hash });
  const { host, port } = session.address;
  const socket = connect(port, host);
  await once(socket, 'connect');
  const events: RtspClientEvent[] = [];
  const sockets: DatagramSocket[] = [];
  const peers: number[] = [];
  let faultOf: unknown;

  const perform = (step: RtspStep): void => {
    for (const bytes of step.send) socket.write(bytes);
    for (const event of step.events) {
      events.push(event);
      if (event.type === 'ports') void openPorts(event.media).then((ports) => perform(session.usePorts(event.media, ports, performance.now())));
      if (event.type === 'peer') peers.splice(2 * event.media, 2, event.rtpPort, event.rtcpPort);
    }
    for (const { channel, bytes } of step.datagrams) sockets[channel]?.send(bytes, peers[channel] ?? 9, host);
    if (session.isOver) socket.end();
    else if (until(events)) perform(session.stop(performance.now()));
  };
  const openPorts = async (media: number): Promise<readonly [number, number]> => {
    for (const channel of [2 * media, 2 * media + 1]) {
      const datagrams = createSocket({ type: 'udp4', recvBufferSize: 1 << 20 });
      sockets[channel] = datagrams;
      datagrams.on('message', (bytes) => perform(session.receiveDatagram(channel, bytes, performance.now())));
      datagrams.bind(0, host);
      await once(datagrams, 'listening');
    }
    return [sockets[2 * media]?.address().port ?? 0, sockets[2 * media + 1]?.address().port ?? 0];
  };

  const timer = setInterval(() => perform(session.tick(performance.now())), 50);
  socket.on('data', (bytes) => {
    try {
      perform(session.receive(bytes, performance.now()));
    } catch (error) {
      faultOf = error;
      socket.destroy();
    }
  });
  perform(session.start(performance.now()));
  await once(socket, 'close');
  clearInterval(timer);
  for (const datagrams of sockets) datagrams.close();
  if (faultOf !== undefined) throw faultOf;
  return events;
}
