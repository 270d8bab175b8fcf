// Sockets for the RTMP sessions, just enough to meet foreign programs on loopback, and the running of those programs.

import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { type AddressInfo, type Socket, connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import {
  type FlvTag,
  type RtmpClientEvent,
  RtmpClientSession,
  type RtmpServerEvent,
  RtmpServerSession,
  readFlvHeader,
  readTag,
  writeFlvHeader,
  writeTag,
} from '@lubo/media';

/** Whether a program is installed; tests against it are skipped without. */
export function hasProgram(name: string): boolean {
  return spawnSync(name, ['-version'], { stdio: 'ignore' }).error === undefined;
}

/** An ffmpeg that complains on its standard error; its standard output is given only with `stdout` 'pipe'. */
export function ffmpeg(args: readonly string[], stdout: 'pipe' | 'ignore' = 'ignore'): ChildProcess {
  return spawn('ffmpeg', ['-hide_banner', '-loglevel', 'warning', '-nostdin', ...args], { stdio: ['pipe', stdout, 'pipe'] });
}

/** Waits for the end of a program: its exit code and what it wrote. */
export async function finished(child: ChildProcess): Promise<{ code: number | null; output: Buffer; errors: string }> {
  const output: Buffer[] = [];
  let errors = '';
  child.stdout?.on('data', (data: Buffer) => output.push(data));
  child.stderr?.on('data', (data: Buffer) => (errors += data.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, output: Buffer.concat(output), errors };
}

/** Connects to a program that is about to listen; gives up after some 10 seconds. */
export async function connectPatiently(port: number): Promise<Socket> {
  for (let attempt = 0; ; attempt++) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return socket;
    } catch (error) {
      if (attempt >= 200) throw error;
      await delay(50);
    }
  }
}

/** The tags of an FLV file. */
export function tagsOf(flv: Uint8Array): FlvTag[] {
  const tags: FlvTag[] = [];
  let read = readTag(flv, readFlvHeader(flv, 0)?.next ?? flv.length);
  while (read !== undefined) {
    tags.push(read.tag);
    read = readTag(flv, read.next);
  }
  return tags;
}

/** An FLV file of tags. */
export function flvOf(tags: readonly FlvTag[]): Buffer {
  return Buffer.concat([writeFlvHeader({ hasVideo: true, hasAudio: true }), ...tags.map(writeTag)]);
}

export type RtmpEndpoint = { port: number; events: RtmpServerEvent[]; published: Promise<FlvTag[]>; close(): void };

/**
 * A server that accepts whatever is published (or refuses with `refusal`) and plays `tags` to players, then says that
 * they ended. `published` gives all tags of the first stream that closes.
 */
export async function serveRtmp({ tags = [], refusal }: { tags?: FlvTag[]; refusal?: string } = {}): Promise<RtmpEndpoint> {
  const events: RtmpServerEvent[] = [];
  let finish: (tags: FlvTag[]) => void = () => {};
  const published = new Promise<FlvTag[]>((resolve) => (finish = resolve));
  const react = (socket: Socket, session: RtmpServerSession, event: RtmpServerEvent): void => {
    if (event.type === 'audio' || event.type === 'video' || event.type === 'script') tags.push(event);
    if (event.type === 'close') finish(tags);
    if (event.type === 'publish' && refusal === undefined) socket.write(session.acceptPublish(event.streamId));
    if (event.type === 'publish' && refusal !== undefined) {
      socket.end(session.reject(event.streamId, 'NetStream.Publish.BadName', refusal));
    }
    if (event.type !== 'play') return;
    socket.write(session.acceptPlay(event.streamId));
    for (const tag of tags) socket.write(session.sendMedia(event.streamId, tag));
    socket.end(session.status(event.streamId, 'status', 'NetStream.Play.Stop', 'Ended.'));
  };
  const server = createServer((socket) => {
    const session = new RtmpServerSession();
    socket.on('error', () => {});
    socket.on('data', (data) => {
      const result = session.receive(data);
      for (const bytes of result.send) socket.write(bytes);
      events.push(...result.events);
      for (const event of result.events) react(socket, session, event);
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { port: (server.address() as AddressInfo).port, events, published, close: () => void server.close() };
}

/** Publishes `tags` with our client, waiting for the server to take them all. Gives the events of the session. */
export async function publishTags(url: string, tags: readonly FlvTag[], pace = 0): Promise<RtmpClientEvent[]> {
  const socket = await connectPatiently(Number(new URL(url).port));
  const session = new RtmpClientSession({ url, mode: 'publish' });
  const events: RtmpClientEvent[] = [];
  const publish = async (): Promise<void> => {
    for (const tag of tags) {
      socket.write(session.sendMedia(tag));
      if (pace > 0) await delay(pace);
    }
    socket.end(session.stop());
  };
  socket.write(session.start());
  socket.on('error', () => {});
  socket.on('data', (data) => {
    const result = session.receive(data);
    if (socket.writable) for (const bytes of result.send) socket.write(bytes);
    events.push(...result.events);
    if (result.events.some(({ type }) => type === 'ready')) void publish();
    if (result.events.some(({ type }) => type === 'refused')) socket.destroy();
  });
  await once(socket, 'close');
  return events;
}

/** Plays with our client until the server ends the stream or the connection. */
export async function playTags(url: string): Promise<RtmpClientEvent[]> {
  const socket = await connectPatiently(Number(new URL(url).port));
  const session = new RtmpClientSession({ url, mode: 'play' });
  const events: RtmpClientEvent[] = [];
  socket.write(session.start());
  socket.on('error', () => {});
  socket.on('data', (data) => {
    if (!socket.writable) return;
    const result = session.receive(data);
    for (const bytes of result.send) socket.write(bytes);
    events.push(...result.events);
    if (result.events.some(({ type }) => type === 'refused' || type === 'end')) socket.end(session.stop());
  });
  await once(socket, 'close');
  return events;
}

/** 2 s of test picture with B-frames and tone, as ffmpeg arguments. */
export const testSource: readonly string[] = [
  '-f', 'lavfi', '-i', 'testsrc2=size=128x96:rate=25:duration=2',
  '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=44100:duration=2',
  '-c:v', 'libx264', '-preset', 'veryfast', '-g', '25', '-bf', '2', '-pix_fmt', 'yuv420p', '-threads', '1',
  '-c:a', 'aac', '-b:a', '32k', '-ac', '2', '-flvflags', 'no_duration_filesize',
];

/** Test picture and tone as an FLV file. */
export async function testFlv(): Promise<Buffer> {
  const { code, output, errors } = await finished(ffmpeg([...testSource, '-f', 'flv', 'pipe:1'], 'pipe'));
  if (code !== 0) throw new Error(errors);
  return output;
}

/** Complaints of a decoder, and the times of the packets in ms. */
export type Probe = { errors: string; frames: Record<'video' | 'audio', { pts: number; dts: number; key: boolean }[]> };

/** Decodes every frame of an FLV file and lists its packets. */
export async function probe(flv: Uint8Array): Promise<Probe> {
  const decode = ffmpeg(['-i', 'pipe:0', '-f', 'null', '-']);
  const entries = 'packet=codec_type,pts_time,dts_time,flags';
  const list = spawn('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'csv=p=0', '-i', 'pipe:0']);
  for (const child of [decode, list]) child.stdin?.on('error', () => {}).end(flv);
  const [listed, decoded] = await Promise.all([finished(list), finished(decode)]);
  const frames: Probe['frames'] = { video: [], audio: [] };
  for (const line of listed.output.toString().split('\n')) {
    const [kind, pts, dts, flags] = line.split(',');
    if (kind !== 'video' && kind !== 'audio') continue;
    frames[kind].push({ pts: millis(pts), dts: millis(dts), key: flags?.startsWith('K') ?? false });
  }
  return { errors: listed.errors + decoded.errors, frames };
}

function millis(seconds: string | undefined): number {
  return Math.round(Number(seconds) * 1000);
}
