// One replayed channel: the clip again and again in real time, with sequence numbers and timestamps that go on, and sender reports.
import { writeInterleaved, writeSenderReport } from '@lubo/media';
import { type Clip, type ClipItem, channelOf, clipSeconds, clockRates } from './replay-clip.ts';

export type ReplayStream = {
  /** Everything that is due `nowMillis` after the start, in one piece; undefined when nothing is. */
  due(nowMillis: number): Uint8Array | undefined;
  readonly packets: number;
};

type Kind = ClipItem['kind'];

const reportMillis = 5_000;
/** Ms from 1900 to 1970. */
const ntpEpoch = 2_208_988_800_000;

/** From the clip's beginning; `wallMillis` (since 1970) is when that is. */
export function createReplayStream(clip: Clip, wallMillis: number): ReplayStream {
  const ssrc = Math.floor(Math.random() * 2 ** 32);
  const counts = { packets: { video: 0, audio: 0 }, octets: { video: 0, audio: 0 } };
  let pass = 0;
  let index = 0;
  let nextReport = 0;

  const written = (item: ClipItem): Buffer => {
    const bytes = Buffer.from(item.bytes);
    const { kind } = item;
    const timestamp = (pass * clipSeconds * clockRates[kind] + item.timestamp) % 2 ** 32;
    for (const { at, sequence } of item.packets) {
      bytes.writeUInt16BE((pass * clip.packetCount[kind] + sequence) & 0xffff, at + 2);
      bytes.writeUInt32BE(timestamp, at + 4);
      bytes.writeUInt32BE((ssrc + channelOf[kind]) >>> 0, at + 8);
    }
    counts.packets[kind] += item.packets.length;
    counts.octets[kind] += bytes.length - 16 * item.packets.length;
    return bytes;
  };
  const report = (kind: Kind, millis: number): Buffer => {
    const rtpTime = Math.round((millis * clockRates[kind]) / 1000) % 2 ** 32;
    const sender = { ssrc: (ssrc + channelOf[kind]) >>> 0, wallMillis: wallMillis + millis + ntpEpoch, ntpMiddle: 0, rtpTime };
    const bytes = writeSenderReport({ type: 'sender-report', ...sender, packets: counts.packets[kind], octets: counts.octets[kind], blocks: [] }, 'replay');
    return Buffer.from(writeInterleaved(channelOf[kind] + 1, bytes));
  };

  return {
    due(nowMillis) {
      const parts: Buffer[] = [];
      for (;;) {
        const item = clip.items[index];
        if (item === undefined || pass * clipSeconds * 1000 + item.millis > nowMillis) break;
        parts.push(written(item));
        index += 1;
        if (index === clip.items.length) {
          index = 0;
          pass += 1;
        }
      }
      if (parts.length > 0 && nowMillis >= nextReport) {
        nextReport = nowMillis + reportMillis;
        parts.push(report('video', nowMillis), report('audio', nowMillis));
      }
      return parts.length <= 1 ? parts[0] : Buffer.concat(parts);
    },
    get packets() {
      return counts.packets.video + counts.packets.audio;
    },
  };
}
