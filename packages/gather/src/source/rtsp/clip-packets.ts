// The RTP packets of media's clip of pictures with B-frames and AAC (mp4/fixtures/bframes-aac.mp4, 2 s) for cameras in tests.
import { readFileSync } from 'node:fs';
import { type Mp4Track, type Sdp, type SdpFormat, aacPayload, nalPayloads, openMp4, packetFromSample, readAvcConfig, samplesInOrder, splitNals, writeBase64, writeRtpPacket } from '@lubo/media';

/** Channel 0: video, 2: sound, as they are interleaved. */
export type ClipPacket = { channel: number; sequence: number; timestamp: number; marker: boolean; payload: Uint8Array };
export type PacketClip = { sdp: Sdp; parameterSets: Uint8Array[]; packets: ClipPacket[] };

/** In decoding order, numbered from 0, with timestamps of 90 kHz and 44.1 kHz from 0. */
export async function readPacketClip(): Promise<PacketClip> {
  const file = readFileSync(new URL('../../../../media/src/mp4/fixtures/bframes-aac.mp4', import.meta.url));
  const { tracks } = await openMp4((at, length) => Promise.resolve(file.subarray(at, at + length)), file.length);
  const counts = [0, 0, 0];
  const packets = [...samplesInOrder(tracks)].flatMap(({ track, sample }): ClipPacket[] => {
    const { kind, timescale } = track.info;
    const data = file.subarray(sample.offset, sample.offset + sample.size);
    const { dts, compositionOffset } = packetFromSample(track, sample, data);
    const [channel, rate] = kind === 'video' ? [0, 90_000] : [2, 44_100];
    const payloads = kind === 'video' ? [...splitNals(data, 4)].flatMap((nal) => nalPayloads('h264', nal, 500)) : [aacPayload(data)];
    const timestamp = Math.round(((dts + compositionOffset) * rate) / timescale);
    return payloads.map((payload, i) => ({ channel, sequence: counts[channel]!++, timestamp, marker: i === payloads.length - 1, payload }));
  });
  return { packets, ...descriptionOf(tracks) };
}

function descriptionOf(tracks: readonly Mp4Track[]): { sdp: Sdp; parameterSets: Uint8Array[] } {
  const [video, audio] = [tracks.find(({ info }) => info.kind === 'video'), tracks.find(({ info }) => info.kind === 'audio')];
  if (video?.info.kind !== 'video' || audio === undefined) throw new Error('the clip has no picture or no sound');
  const { sps, pps } = readAvcConfig(video.info.config);
  const parameterSets = [...sps, ...pps];
  const picture: SdpFormat = { payloadType: 96, encoding: 'H264', clockRate: 90_000, channels: 1, parameters: new Map([['sprop-parameter-sets', parameterSets.map(writeBase64).join(',')]]) };
  const config = Buffer.from(audio.info.config).toString('hex');
  const sizes: [string, string][] = [['sizelength', '13'], ['indexlength', '3'], ['indexdeltalength', '3']];
  const sound: SdpFormat = { payloadType: 97, encoding: 'mpeg4-generic', clockRate: 44_100, channels: 1, parameters: new Map([['mode', 'AAC-hbr'], ['config', config], ...sizes]) };
  const common = { protocol: 'RTP/AVP', direction: undefined, framesPerSecond: undefined };
  return {
    parameterSets,
    sdp: { control: '*', range: undefined, media: [{ kind: 'video', ...common, formats: [picture], control: 'v' }, { kind: 'audio', ...common, formats: [sound], control: 'a' }] },
  };
}

/** One packet as it goes over the wire, with these numbers added. */
export function wire({ channel, sequence, timestamp, marker, payload }: ClipPacket, more: { sequence?: number; timestamp?: number } = {}): Uint8Array {
  const head = { payloadType: channel === 0 ? 96 : 97, marker, ssrc: 5 + channel };
  return writeRtpPacket({ ...head, sequence: (sequence + (more.sequence ?? 0)) & 0xffff, timestamp: (timestamp + (more.timestamp ?? 0)) % 2 ** 32 }, payload);
}
