// How fast RtmpServerSession.receive takes a publisher of some 1 Mbps: 25 frames of 4.5 kB and 43 of sound a second, a
// keyframe of 40 kB every two seconds. Run: node packages/media/bench/rtmp-receive.ts

import { performance } from 'node:perf_hooks';
import { RtmpServerSession, concatBytes, writeChunks } from '../src/index.ts';

const handshake = new Uint8Array(1 + 2 * 1536);
handshake[0] = 3;
const seconds = 20;

/** Twenty seconds of stream in the publisher's chunks of `chunkSize`. */
function stream(chunkSize: number): Uint8Array {
  const parts: Uint8Array[] = [];
  for (let frame = 0; frame < seconds * 25; frame++) {
    const timestamp = frame * 40;
    const video = new Uint8Array(frame % 50 === 0 ? 40_000 : 4500).fill(frame);
    parts.push(writeChunks({ typeId: 9, streamId: 1, timestamp, body: video }, 6, chunkSize));
    for (let i = 0; i < (frame % 4 === 0 ? 1 : 2); i++) {
      parts.push(writeChunks({ typeId: 8, streamId: 1, timestamp, body: new Uint8Array(180).fill(i) }, 4, chunkSize));
    }
  }
  return concatBytes(parts);
}

/** A session that a client has connected to and publishes on, its chunk size set. */
function publishing(chunkSize: number): RtmpServerSession {
  const session = new RtmpServerSession();
  const sizeBody = Uint8Array.of(0, 0, chunkSize >> 8, chunkSize & 0xff);
  session.receive(concatBytes([handshake, writeChunks({ typeId: 1, streamId: 0, timestamp: 0, body: sizeBody }, 2, 128)]));
  for (const body of commands) session.receive(writeChunks({ typeId: 20, streamId: 1, timestamp: 0, body }, 3, chunkSize));
  return session;
}

/** connect {}, createStream null, publish null "a". */
const commands = [
  '020007636f6e6e656374 003ff0000000000000 03000009',
  '02000c63726561746553747265616d 004000000000000000 05',
  '0200077075626c697368 004008000000000000 05 02000161',
].map((text) => Uint8Array.from(text.replaceAll(' ', '').match(/../g) ?? [], (byte) => Number.parseInt(byte, 16)));

for (const chunkSize of [128, 4096, 60_000]) {
  const bytes = stream(chunkSize);
  for (const readSize of [1460, 65_536]) {
    const reads: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += readSize) reads.push(bytes.subarray(at, at + readSize));
    let best = Infinity;
    let events = 0;
    for (let round = 0; round < 100; round++) {
      const session = publishing(chunkSize);
      const start = performance.now();
      for (const read of reads) events += session.receive(read).events.length;
      best = Math.min(best, performance.now() - start);
    }
    const megabytesPerSecond = bytes.length / best / 1000;
    console.log(`chunks of ${chunkSize}, reads of ${readSize}: ${megabytesPerSecond.toFixed(0)} MB/s, ${events / 100} events`);
  }
}
