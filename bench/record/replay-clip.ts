// One clip of H.264 and AAC as RTP packets inside RTSP frames (RFC 2326 §10.12), made once and shared by all replayed channels.
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Mp4Track, type Sdp, type SdpFormat, aacPayload, nalPayloads, openMp4, readAvcConfig, splitNals, writeBase64, writeInterleaved, writeRtpPacket } from '@lubo/media';

/** Pictures and sound come out even: 400 pictures of 40 ms, 750 frames of 1,024 samples at 48 kHz. */
export const clipSeconds = 16;
const pictures = 400;
const frames = 750;
const gop = 50;
const audioKbps = 64;
const mostPayload = 1400;

/** What is due at one moment: an access unit's packets, one behind the other, as they go over the connection. */
export type ClipItem = { millis: number; kind: 'video' | 'audio'; bytes: Buffer; packets: readonly ClipPacket[]; timestamp: number };
/** Where a packet's RTP header stands in the item's bytes, and its number within the clip and kind. */
export type ClipPacket = { at: number; sequence: number };

export type Clip = {
  /** In order of time, from 0. */
  items: readonly ClipItem[];
  packetCount: { video: number; audio: number };
  /** Payload and RTP headers of one pass. */
  bytes: number;
  sdp: Sdp;
};

/** RTP clock by kind. */
export const clockRates = { video: 90_000, audio: 48_000 } as const;
/** The channel of the connection by kind. */
export const channelOf = { video: 0, audio: 2 } as const;
const payloadTypes = { video: 96, audio: 97 } as const;

/** Makes a clip of so many kilobits a second with ffmpeg. */
export async function makeClip(kbps: number): Promise<Clip> {
  const folder = await mkdtemp(join(tmpdir(), 'lubo-replay-'));
  try {
    const path = join(folder, 'clip.mp4');
    const video = kbps - audioKbps;
    // Noise, so that there is something to spend the bits on.
    const source = ['-f', 'lavfi', '-i', 'testsrc2=size=640x360:rate=25', '-f', 'lavfi', '-i', 'sine=frequency=440:sample_rate=48000'];
    const picture = ['-vf', 'noise=alls=60:allf=t', '-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-g', `${gop}`, '-keyint_min', `${gop}`];
    const rate = ['-sc_threshold', '0', '-b:v', `${video}k`, '-maxrate', `${video}k`, '-bufsize', `${video}k`];
    const sound = ['-c:a', 'aac', '-b:a', `${audioKbps}k`, '-ac', '2'];
    const options = ['-loglevel', 'error', '-nostdin', ...source, '-t', `${clipSeconds + 0.2}`, ...picture, ...rate, ...sound, path];
    await promisify(execFile)('ffmpeg', options);
    return await readClip(await readFile(path));
  } finally {
    await rm(folder, { recursive: true });
  }
}

async function readClip(file: Buffer): Promise<Clip> {
  const { tracks } = await openMp4((at, length) => Promise.resolve(file.subarray(at, at + length)), file.length);
  const video = tracks.find(({ info }) => info.kind === 'video');
  const audio = tracks.find(({ info }) => info.kind === 'audio');
  if (video === undefined || audio === undefined) throw new Error('ffmpeg made a clip without picture or sound');
  const counts = { video: 0, audio: 0 };
  const items = [...itemsOf(video, pictures, file, counts), ...itemsOf(audio, frames, file, counts)].sort((a, b) => a.millis - b.millis);
  return { items, packetCount: counts, bytes: items.reduce((sum, { bytes }) => sum + bytes.length, 0), sdp: sdpOf(video, audio) };
}

function itemsOf(track: Mp4Track, count: number, file: Buffer, counts: Clip['packetCount']): ClipItem[] {
  const { kind } = track.info;
  const step = (clipSeconds * clockRates[kind]) / count;
  return Array.from({ length: count }, (_, i) => {
    const { offset, size } = track.sample(i);
    const payloads = payloadsOf(kind, file.subarray(offset, offset + size));
    const timestamp = i * step;
    const packets: ClipPacket[] = [];
    let at = 0;
    const parts = payloads.map((payload, n) => {
      const head = { payloadType: payloadTypes[kind], marker: n === payloads.length - 1, sequence: 0, timestamp: 0, ssrc: 0 };
      const frame = writeInterleaved(channelOf[kind], writeRtpPacket(head, payload));
      packets.push({ at: at + 4, sequence: counts[kind]++ });
      at += frame.length;
      return frame;
    });
    return { millis: (timestamp * 1000) / clockRates[kind], kind, bytes: Buffer.concat(parts), packets, timestamp };
  });
}

function payloadsOf(kind: 'video' | 'audio', data: Uint8Array): Uint8Array[] {
  if (kind === 'audio') return [aacPayload(data)];
  return [...splitNals(data, 4)].flatMap((nal) => nalPayloads('h264', nal, mostPayload));
}

function sdpOf(video: Mp4Track, audio: Mp4Track): Sdp {
  if (video.info.kind !== 'video') throw new Error('no picture');
  const { sps, pps } = readAvcConfig(video.info.config);
  const sets = [...sps, ...pps].map(writeBase64).join(',');
  const picture: SdpFormat = {
    payloadType: payloadTypes.video,
    encoding: 'H264',
    clockRate: clockRates.video,
    channels: 1,
    parameters: new Map([['packetization-mode', '1'], ['sprop-parameter-sets', sets]]),
  };
  const sound: SdpFormat = {
    payloadType: payloadTypes.audio,
    encoding: 'mpeg4-generic',
    clockRate: clockRates.audio,
    channels: 2,
    parameters: new Map([
      ['mode', 'AAC-hbr'],
      ['config', Buffer.from(audio.info.config).toString('hex')],
      ['sizelength', '13'],
      ['indexlength', '3'],
      ['indexdeltalength', '3'],
    ]),
  };
  const common = { protocol: 'RTP/AVP', direction: undefined, framesPerSecond: undefined };
  return {
    control: '*',
    range: undefined,
    media: [
      { kind: 'video', ...common, formats: [picture], control: 'track0' },
      { kind: 'audio', ...common, formats: [sound], control: 'track1' },
    ],
  };
}
