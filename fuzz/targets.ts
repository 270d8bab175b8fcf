// What is fuzzed: every parser that reads bytes of strangers, with seeds that nobody here made where there are any.
import { readFileSync } from 'node:fs';
import {
  FormatError,
  RtmpClientSession,
  RtmpServerSession,
  RtspStreamReader,
  openMp4,
  readAdtsHeader,
  readAmf0,
  readAudioBody,
  readAudioConfig,
  readAvcConfig,
  readFlvHeader,
  readHevcConfig,
  readHevcSps,
  readMetadata,
  readRtcp,
  readRtpPacket,
  readSdp,
  readSps,
  readTag,
  readVideoBody,
  samplesInOrder,
  splitNals,
} from '@lubo/media';

/** `run` returns for good and for bad input; any error that is no FormatError is a finding. */
export type Target = { name: string; seeds: () => Uint8Array[]; run: (bytes: Uint8Array) => void | Promise<void> };

const media = new URL('../packages/media/src/', import.meta.url);
const fixture = (path: string): Uint8Array => new Uint8Array(readFileSync(new URL(path, media)));
const text = (words: string): Uint8Array => new TextEncoder().encode(words);
const hex = (digits: string): Uint8Array => new Uint8Array(Buffer.from(digits.replaceAll(' ', ''), 'hex'));

const sps = hex('67 64 00 1f ac d9 40 50 05 bb 01 10 00 00 03 00 10 00 00 03 03 20 f1 83 19 60');
const pps = hex('68 eb e3 cb 22 c0');
const avcConfig = Buffer.concat([hex('01 64 00 1f ff e1 00 1a'), sps, hex('01 00 06'), pps]);

/** Bytes come in two pieces, cut where their first byte says, as sockets cut them. */
function inPieces(bytes: Uint8Array, receive: (piece: Uint8Array) => void): void {
  const at = Math.floor(((bytes[0] ?? 0) / 256) * bytes.length);
  receive(bytes.subarray(0, at));
  receive(bytes.subarray(at));
}

function readFlv(bytes: Uint8Array): void {
  let at = readFlvHeader(bytes, 0)?.next;
  while (at !== undefined) {
    const read = readTag(bytes, at);
    if (read === undefined) return;
    if (read.tag.type === 'video') readVideoBody(read.tag.body);
    else if (read.tag.type === 'audio') readAudioBody(read.tag.body);
    else readMetadata(read.tag.body);
    at = read.next;
  }
}

async function readMp4(bytes: Uint8Array): Promise<void> {
  const readAt = async (offset: number, length: number): Promise<Uint8Array> => bytes.slice(offset, offset + length);
  for (const acceptTornTail of [false, true]) {
    try {
      const file = await openMp4(readAt, bytes.length, { acceptTornTail });
      let count = 0;
      for (const _ of samplesInOrder(file.tracks)) if (++count > 10_000) break;
    } catch (error) {
      if (!(error instanceof FormatError)) throw error;
    }
  }
}

/** All targets; a name is also the beginning of its findings' file names. */
export const targets: readonly Target[] = [
  {
    name: 'rtmp-server',
    seeds: () => [fixture('rtmp/fixtures/ffmpeg-publisher.rtmp')],
    run: (bytes) => {
      const session = new RtmpServerSession();
      inPieces(bytes, (piece) => void session.receive(piece));
    },
  },
  {
    name: 'rtmp-client',
    seeds: () => [fixture('rtmp/fixtures/nginx-server.rtmp'), fixture('rtmp/fixtures/ffmpeg-server.rtmp')],
    run: (bytes) => {
      const session = new RtmpClientSession({ url: 'rtmp://127.0.0.1/live/room', mode: 'play' });
      session.start();
      inPieces(bytes, (piece) => void session.receive(piece));
    },
  },
  { name: 'flv', seeds: () => [fixture('flv/fixtures/bars-h264-aac.flv')], run: readFlv },
  {
    name: 'amf0',
    seeds: () => [hex('02 0003 616263 03 0001 61 00 3ff0000000000000 000009 0a 00000002 05 0101 08 00000001 0001 62 06 000009 0b 0000000000000000 0000')],
    run: (bytes) => {
      let at: number | undefined = 0;
      while (at !== undefined && at < bytes.length) at = readAmf0(bytes, at)?.next;
    },
  },
  {
    name: 'video-configuration',
    seeds: () => [avcConfig, sps],
    run: (bytes) => {
      for (const read of [readAvcConfig, readSps, readHevcConfig, readHevcSps]) swallow(() => read(bytes));
      for (const size of [1, 2, 4] as const) swallow(() => Array.from(splitNals(bytes, size)));
    },
  },
  {
    name: 'audio-configuration',
    seeds: () => [hex('1190'), hex('2b8a0800'), hex('fff15080 2b9ffc')],
    run: (bytes) => {
      swallow(() => readAudioConfig(bytes));
      swallow(() => readAdtsHeader(bytes, 0));
    },
  },
  {
    name: 'mp4',
    seeds: () => ['bframes-aac.mp4', 'fragmented.mp4', 'hevc-hvc1.mp4', 'negative-offsets.mp4'].map((name) => fixture(`mp4/fixtures/${name}`)),
    run: readMp4,
  },
  {
    name: 'sdp',
    seeds: () => ['aac', 'h264', 'h265', 'latm'].map((name) => fixture(`rtp/fixtures/${name}.sdp`)),
    run: (bytes) => void readSdp(bytes),
  },
  {
    name: 'rtsp',
    seeds: () => [
      text('RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 4\r\nSession: 12;timeout=60\r\n\r\nv=0\n$\x00\x00\x04abcd'),
      text('RTSP/1.0 401 Unauthorized\r\nCSeq: 3\r\nWWW-Authenticate: Digest realm="r", nonce="n", qop="auth"\r\n\r\n'),
    ],
    run: (bytes) => {
      const reader = new RtspStreamReader({ message: () => {}, frame: () => {} });
      inPieces(bytes, (piece) => reader.receive(piece));
    },
  },
  {
    name: 'rtp',
    seeds: () => [hex('80e0 0001 00000001 00000002 65888400'), hex('81c8 000c 00000001 0000000000000000 00000001 00000002 00000003 00000004 00000005 00000006 00000007 00000008 00000009')],
    run: (bytes) => {
      swallow(() => readRtpPacket(bytes));
      swallow(() => readRtcp(bytes));
    },
  },
];

/** Lets the next parser of the same target have its turn. */
function swallow(read: () => unknown): void {
  try {
    read();
  } catch (error) {
    if (!(error instanceof FormatError)) throw error;
  }
}
