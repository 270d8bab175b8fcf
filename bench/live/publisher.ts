// Publishes a clip over RTMP in real time, looped, each video frame marked with the moment it was sent.
// node publisher.ts CLIP RTMP_URL [SPEED]
import { open } from 'node:fs/promises';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Packet, RtmpClientSession, type Track, concatBytes, configTags, openMp4, packetTag, parseRtmpUrl, ticksToMillis, writeMetadata } from '@lubo/media';
import { markNal } from './mark.ts';

type TimedPacket = { track: Track; packet: Packet; millis: number; offsetMillis: number };

/** All packets of a clip in decode order with their times from 0. */
async function readClip(path: string): Promise<{ tracks: Track[]; packets: TimedPacket[]; durationMillis: number }> {
  const file = await open(path);
  const readAt = async (offset: number, length: number): Promise<Uint8Array> => {
    const { buffer, bytesRead } = await file.read(new Uint8Array(length), 0, length, offset);
    return buffer.subarray(0, bytesRead);
  };
  const mp4 = await openMp4(readAt, (await file.stat()).size);
  const packets: TimedPacket[] = [];
  for (const track of mp4.tracks) {
    for (let i = 0; i < track.sampleCount; i++) {
      const sample = track.sample(i);
      const data = await readAt(sample.offset, sample.size);
      const packet: Packet = { kind: track.info.kind, dts: sample.dts, compositionOffset: sample.compositionOffset, isKeyframe: sample.isKeyframe, data };
      const millis = ticksToMillis(sample.dts, track.info.timescale);
      packets.push({ track: track.info, packet, millis, offsetMillis: ticksToMillis(sample.compositionOffset, track.info.timescale) });
    }
  }
  await file.close();
  return { tracks: mp4.tracks.map((track) => track.info), packets: packets.toSorted((a, b) => a.millis - b.millis), durationMillis: mp4.durationSeconds * 1000 };
}

const [clip = '', url = '', speed = '1'] = process.argv.slice(2);
const { tracks, packets, durationMillis } = await readClip(clip);
const address = parseRtmpUrl(url);
const session = new RtmpClientSession({ url, mode: 'publish' });
const socket = connect(address.port, address.host).setNoDelay(true);
// A server that closes has its reason; the bench looks at what that is.
socket.on('close', () => process.exit(0));
socket.write(session.start());
await new Promise<void>((resolve, reject) => {
  socket.on('error', reject);
  socket.on('data', (bytes) => {
    const { events, send } = session.receive(bytes);
    for (const part of send) socket.write(part);
    for (const event of events) {
      if (event.type === 'ready') resolve();
      if (event.type === 'refused') reject(new Error(`${event.code}: ${event.description}`));
    }
  });
});
const video = tracks.find((track) => track.kind === 'video');
const audio = tracks.find((track) => track.kind === 'audio');
socket.write(session.sendMedia({ type: 'script', timestamp: 0, body: writeMetadata({ ...(video ? { video } : {}), ...(audio ? { audio } : {}) }) }));
for (const tag of configTags(tracks, 0)) socket.write(session.sendMedia(tag));

const start = performance.now();
for (let loop = 0; ; loop++) {
  for (const { track, packet, millis, offsetMillis } of packets) {
    const due = Math.max(0, millis + loop * durationMillis);
    const wait = start + due / Number(speed) - performance.now();
    if (wait > 1) await sleep(wait);
    const data = packet.kind === 'video' ? concatBytes([markNal(), packet.data]) : packet.data;
    socket.write(session.sendMedia(packetTag(track, { ...packet, data }, Math.round(due), Math.round(offsetMillis))));
  }
}
