// For tests: time in hand, viewers and publishers in memory, and the tags that a publisher would send.
import { type FlvTag, readFlvHeader, readTag, writeAudioBody, writeAudioConfig, writeFlvHeader, writeMetadata, writeVideoBody } from '@lubo/media';
import type { Delivery, Outlet, ViewerEnd } from './delivery.ts';
import { flvEncoding } from './flv/encoding.ts';
import type { PublisherEnd } from './stream.ts';
import type { Timers } from './timers.ts';

/** A clock that moves only when told. */
export class HandTimers implements Timers {
  #now = 1_000_000;
  #due: { at: number; run: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(millis: number, run: () => void): () => void {
    const entry = { at: this.#now + millis, run };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((each) => each !== entry);
    };
  }

  /** Moves on, running what falls due in its order. */
  advance(millis: number): void {
    const end = this.#now + millis;
    for (;;) {
      const [next] = this.#due.toSorted((a, b) => a.at - b.at);
      if (next === undefined || next.at > end) break;
      this.#due = this.#due.filter((each) => each !== next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}

/** A viewer's connection in memory; `pendingBytes` make it a slow one, from its next write on. Its outlet leads to `write`. */
export class FakeDelivery implements Delivery {
  readonly protocol = 'flv';
  readonly encoding = flvEncoding;
  pendingBytes = 0;
  writes: Uint8Array[] = [];
  refusedFor: ViewerEnd | undefined;
  endedFor: ViewerEnd | undefined;
  readonly outlet: Outlet | undefined;

  constructor({ hasOutlet = true } = {}) {
    this.outlet = hasOutlet ? this.#openOutlet() : undefined;
  }

  #openOutlet(): Outlet {
    const pending = (): number => this.pendingBytes;
    return {
      writable: true,
      get writableLength() {
        return pending();
      },
      write: (bytes) => this.write([bytes]),
    };
  }

  preface: Delivery['preface'] = ({ video, audio }) => writeFlvHeader({ hasVideo: video !== undefined, hasAudio: audio !== undefined });

  write(parts: readonly Uint8Array[]): void {
    this.writes.push(Buffer.concat(parts));
  }

  refuse(end: ViewerEnd): void {
    this.refusedFor = end;
  }

  end(end: ViewerEnd): void {
    this.endedFor = end;
  }

  /** All that was written, read as FLV. */
  flv(): { hasVideo: boolean; hasAudio: boolean; tags: FlvTag[] } {
    return readFlv(Buffer.concat(this.writes));
  }

  /** Timestamps of the frames (no headers) of one kind. */
  times(kind: 'audio' | 'video'): number[] {
    return framesOf(this.flv().tags, kind).map(({ timestamp }) => timestamp);
  }

  /** First payload byte of each frame, by which tests tell frames apart. */
  marks(kind: 'audio' | 'video'): number[] {
    return framesOf(this.flv().tags, kind).map(({ body }) => body[kind === 'video' ? 5 : 2] ?? -1);
  }
}

type Flv = { hasVideo: boolean; hasAudio: boolean; tags: FlvTag[] };

/** An FLV from its first byte to the last whole tag. */
export function readFlvSoFar(bytes: Uint8Array): Flv & { length: number } {
  const head = readFlvHeader(bytes, 0);
  if (head === undefined) throw new Error('no FLV header');
  const tags: FlvTag[] = [];
  let at = head.next;
  for (let read = readTag(bytes, at); read !== undefined; read = readTag(bytes, at)) {
    tags.push(read.tag);
    at = read.next;
  }
  return { ...head.header, tags, length: at };
}

/** A whole FLV. */
export function readFlv(bytes: Uint8Array): Flv {
  const { length, ...flv } = readFlvSoFar(bytes);
  if (length !== bytes.length) throw new Error('ends within a tag');
  return flv;
}

/** Frames of one kind, without sequence headers. */
export function framesOf(tags: readonly FlvTag[], kind: 'audio' | 'video'): FlvTag[] {
  return tags.filter(({ type, body }) => type === kind && body[1] === 1);
}

/** A publisher that only remembers why it was closed. */
export function fakePublisher(): { closedFor: PublisherEnd | undefined; close(reason: PublisherEnd): void } {
  return {
    closedFor: undefined,
    close(reason) {
      this.closedFor = reason;
    },
  };
}

/** avcC of a 320×180 and of a 640×360 baseline stream, hvcC of 320×180; made with ffmpeg's testsrc2, x264 and x265. */
export const avcSmall = Buffer.from('0142c00cffe100176742c00cda05067e7c0440000003004000000c83c50aa801000468ce0fc8', 'hex');
export const avcLarge = Buffer.from('0142c01effe100196742c01eda0280bfe5c044000003000400000300c83c58ba8001000468ce0fc8', 'hex');
export const hevcSmall = Buffer.from(
  '0101600000009000000000003cf000fcfdf8f800000f03a00001001840010c01ffff01600000030090000003000003003c959409a10001002b4201' +
    '0101600000030090000003000003003ca00a080c1f3e595952930bc05a020000030002000003003210a2000100064401c073c189',
  'hex',
);
export const aacConfig = writeAudioConfig({ objectType: 2, sampleRate: 44_100, channels: 2 });

/** Sequence header of video. */
export function videoHeader(config: Uint8Array = avcSmall, codec: 'h264' | 'h265' = 'h264'): FlvTag {
  return { type: 'video', timestamp: 0, body: writeVideoBody({ codec, packet: 'config', isKeyframe: true, compositionOffset: 0, data: config }) };
}

/** Sequence header of sound. */
export function audioHeader(config: Uint8Array = aacConfig): FlvTag {
  return { type: 'audio', timestamp: 0, body: writeAudioBody({ codec: 'aac', packet: 'config', data: config }) };
}

/** A picture of `size` bytes whose first is `mark`. */
export function picture(timestamp: number, { isKeyframe = false, size = 10, mark = 0 } = {}): FlvTag {
  const data = new Uint8Array(size).fill(mark, 0, 1);
  return { type: 'video', timestamp, body: writeVideoBody({ codec: 'h264', packet: 'frame', isKeyframe, compositionOffset: 0, data }) };
}

/** A frame of sound whose first byte is `mark`. */
export function sound(timestamp: number, mark = 0): FlvTag {
  return { type: 'audio', timestamp, body: writeAudioBody({ codec: 'aac', packet: 'frame', data: Uint8Array.of(mark, 1, 2, 3) }) };
}

/** onMetaData that announces these tracks. */
export function announcement(tracks: { video?: boolean; audio?: boolean }): FlvTag {
  const body = writeMetadata({
    ...(tracks.video && { video: { kind: 'video', codec: 'h264', timescale: 1000, config: avcSmall, width: 320, height: 180 } as const }),
    ...(tracks.audio && { audio: { kind: 'audio', codec: 'aac', timescale: 1000, config: aacConfig, sampleRate: 44_100, channels: 2 } as const }),
  });
  return { type: 'script', timestamp: 0, body };
}

/** What opens a stream with picture and sound. */
export function opening(): FlvTag[] {
  return [announcement({ video: true, audio: true }), videoHeader(), audioHeader()];
}
