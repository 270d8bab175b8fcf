// RTP that ffmpeg made of MP4 files (fixtures/make.sh): what comes out must be the samples of those files, however the packets come.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { mutations, seeded } from '../codec/hostile-bytes.ts';
import { splitNals } from '../codec/nal.ts';
import { openMp4 } from '../mp4/read.ts';
import type { Packet } from '../packet.ts';
import { Timeline } from './clock.ts';
import { formatOfSdp, receiveAll, splitRecording } from './fixtures/recording.ts';
import { readRtpPacket } from './packet.ts';
import { RtpReceiver } from './receiver.ts';

const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(join(import.meta.dirname, 'fixtures', name)));
const movie = (name: string): Buffer => readFileSync(join(import.meta.dirname, '../mp4/fixtures', name));

const cases = [
  { name: 'h264', file: 'bframes-aac.mp4', kind: 'video' },
  { name: 'h265', file: 'hevc-hvc1.mp4', kind: 'video' },
  { name: 'aac', file: 'bframes-aac.mp4', kind: 'audio' },
  { name: 'latm', file: 'bframes-aac.mp4', kind: 'audio' },
] as const;

/** Samples of the file: data without SEI and parameter sets, times from the first one on, in the clock of the RTP. */
async function samplesOf(file: string, kind: 'video' | 'audio', rate: number): Promise<{ data: string; pts: number; isKeyframe: boolean }[]> {
  const bytes = movie(file);
  const { tracks } = await openMp4((at, length) => Promise.resolve(bytes.subarray(at, at + length)), bytes.length);
  const track = tracks.find(({ info }) => info.kind === kind);
  assert.ok(track);
  const first = track.sample(0);
  return Array.from({ length: track.sampleCount }, (_, i) => {
    const { offset, size, dts, compositionOffset, isKeyframe } = track.sample(i);
    const ticks = dts + compositionOffset - first.dts - first.compositionOffset;
    const data = slices(track.info.codec, bytes.subarray(offset, offset + size));
    return { data, pts: Math.round((ticks * rate) / track.info.timescale), isKeyframe };
  });
}

function slices(codec: string, data: Uint8Array): string {
  if (codec === 'aac') return Buffer.from(data).toString('hex');
  const isSlice = (nal: Uint8Array): boolean => {
    const first = nal[0] ?? 0;
    return codec === 'h264' ? (first & 31) >= 1 && (first & 31) <= 5 : ((first >>> 1) & 63) < 32;
  };
  return [...splitNals(data, 4)].filter(isSlice).map((nal) => Buffer.from(nal).toString('hex')).join(' ');
}

function described(codec: string, packets: readonly Packet[]): { data: string; pts: number; isKeyframe: boolean }[] {
  const [first] = packets;
  const start = (first?.dts ?? 0) + (first?.compositionOffset ?? 0);
  return packets.map(({ data, dts, compositionOffset, isKeyframe }) => ({ data: slices(codec, data), pts: dts + compositionOffset - start, isKeyframe }));
}

function checkOrder(packets: readonly Packet[]): void {
  packets.forEach(({ dts, compositionOffset }, i) => {
    assert.ok(dts > (packets[i - 1]?.dts ?? -1), `dts ${dts} at ${i}`);
    assert.ok(compositionOffset >= 0, `offset ${compositionOffset} at ${i}`);
  });
}

/** Distance from the original at most: the clocks of file and RTP round differently. */
function near(found: readonly { pts: number }[], expected: readonly { pts: number }[], most: number): void {
  found.forEach(({ pts }, i) => assert.ok(Math.abs(pts - (expected[i]?.pts ?? NaN)) <= most, `pts ${pts} at ${i}, not ${expected[i]?.pts}`));
}

for (const { name, file, kind } of cases) {
  const packets = splitRecording(fixture(`${name}.rtp`));
  const format = formatOfSdp(fixture(`${name}.sdp`));
  const { codec } = format;

  describe(`RTP of ${name}`, () => {
    it('becomes the samples of the file', async () => {
      const expected = await samplesOf(file, kind, format.clockRate);
      const { tracks, packets: found, receiver } = receiveAll(format, packets, true);
      assert.equal(tracks.length, 1);
      // ffmpeg keeps the last frames of sound that would have shared a packet.
      if (name === 'aac') expected.splice(83);
      assert.deepEqual(
        described(codec, found).map(({ data, isKeyframe }) => ({ data, isKeyframe })),
        expected.map(({ data, isKeyframe }) => ({ data, isKeyframe })),
      );
      near(described(codec, found), expected, kind === 'audio' ? 2 : 1);
      checkOrder(found);
      assert.deepEqual(receiver.stats, { packets: packets.length, lost: 0, late: 0, droppedUnits: 0, refused: 0, restarts: 0 });
    });

    it('survives reordering and doubling', () => {
      const random = seeded(7);
      const doubled = packets.flatMap((packet) => (random() < 0.2 ? [packet, packet] : [packet]));
      const keyed = doubled.map((packet, i) => ({ packet, key: i === 0 ? 0 : i + 6 * random() }));
      const shuffled = keyed.sort((one, other) => one.key - other.key).map(({ packet }) => packet);
      const { packets: found, receiver } = receiveAll(format, shuffled, false);
      assert.deepEqual(hexOf(found), hexOf(receiveAll(format, packets, true).packets));
      assert.equal(receiver.stats.lost, 0);
      assert.equal(receiver.stats.late, shuffled.length - packets.length);
    });

    it('survives the wrap of sequence numbers and timestamps at every packet', () => {
      const expected = receiveAll(format, packets, true).packets;
      const first = readRtpPacket(packets[0] ?? packet0);
      for (let wrap = 0; wrap < packets.length; wrap += 3) {
        const at = readRtpPacket(packets[wrap] ?? packet0);
        const shifted = packets.map((packet) => moved(packet, 0x10000 - (at.sequence - first.sequence) - first.sequence, -at.timestamp - 1));
        assert.deepEqual(receiveAll(format, shifted, true).packets, expected);
      }
    });

    it('never hands on a damaged unit, whichever packet is lost', () => {
      const whole = hexOf(receiveAll(format, packets, true).packets);
      const expected = new Set(whole);
      for (let lost = 1; lost < packets.length; lost++) {
        const { packets: found, receiver } = receiveAll(format, packets.filter((_, i) => i !== lost), true);
        for (const { data } of found) assert.ok(expected.has(Buffer.from(data).toString('hex')), `without packet ${lost}`);
        checkOrder(found);
        assert.equal(receiver.stats.lost, lost === packets.length - 1 ? 0 : 1);
        assert.ok(found.length <= whole.length && found.length > 0, `${found.length} units without packet ${lost}`);
      }
    });

    if (kind === 'video') {
      it('goes on with a keyframe after a loss', () => {
        const all = receiveAll(format, packets, true).packets;
        const second = all.findIndex(({ isKeyframe }, i) => i > 0 && isKeyframe);
        const { packets: found } = receiveAll(format, packets.filter((_, i) => i !== 8), true);
        const restart = found.findIndex(({ isKeyframe }, i) => i > 0 && isKeyframe);
        assert.deepEqual(hexOf(found.slice(restart)), hexOf(all.slice(second)));
        assert.ok(restart < second);
      });
    }

    it('goes on after a new time base and a new source, forward in time', () => {
      const jumped = [...packets, ...packets.map((packet) => moved(packet, packets.length, 0x7654321, 77))];
      const { packets: found, receiver } = receiveAll(format, jumped, true);
      assert.equal(found.length, 2 * receiveAll(format, packets, true).packets.length);
      checkOrder(found);
      assert.equal(receiver.stats.restarts, 1);
      const last = found.at(-1)?.dts ?? 0;
      assert.ok(last < format.clockRate * (1 + 2 * 2.1 + packets.length * 0.02), `${last / format.clockRate} s`);
    });

    it('takes 1,000 mutations without an error', () => {
      const whole = fixture(`${name}.rtp`);
      let total = 0;
      for (const bytes of mutations(whole, 1000)) {
        const { packets: found } = receiveAll(format, splitRecording(bytes), true);
        total += found.length;
        let last = -1;
        for (const { dts, data } of found) {
          assert.ok(dts > last && data.length > 0);
          last = dts;
        }
      }
      assert.ok(total > 1000);
    });
  });
}

const hexOf = (packets: readonly Packet[]): string[] => packets.map(({ data }) => Buffer.from(data).toString('hex'));
const packet0 = new Uint8Array(12);

/** A packet with other sequence number, timestamp and source. */
function moved(packet: Uint8Array, sequence: number, timestamp: number, ssrc?: number): Uint8Array {
  const copy = packet.slice();
  const view = new DataView(copy.buffer);
  view.setUint16(2, view.getUint16(2) + sequence);
  view.setUint32(4, view.getUint32(4) + timestamp);
  if (ssrc !== undefined) view.setUint32(8, ssrc);
  return copy;
}

it('a stray packet of another source changes nothing', () => {
  const packets = splitRecording(fixture('h264.rtp'));
  const format = formatOfSdp(fixture('h264.sdp'));
  const stray = moved(packets[3] ?? packet0, 500, 12345, 99);
  const { packets: found, receiver } = receiveAll(format, packets.toSpliced(5, 0, stray), true);
  assert.equal(found.length, receiveAll(format, packets, true).packets.length);
  assert.equal(receiver.stats.restarts, 0);
});

it('parameter sets that change midway give a new track before their picture', () => {
  const first = splitRecording(fixture('h264.rtp'));
  const format = formatOfSdp(fixture('h264.sdp'));
  assert.equal(format.kind === 'video' && format.sets.length, 2);
  const told: string[] = [];
  const sink = {
    track: (track: { kind: string; width?: number }) => told.push(`track ${track.width}`),
    packet: ({ isKeyframe }: Packet) => told.push(isKeyframe ? 'key' : 'picture'),
  };
  const receiver = new RtpReceiver(format, new Timeline(), sink, { isOrdered: true, isLeader: false });
  // libx264's SPS of 96×64 and of 320×180, both with id 0.
  const larger = Buffer.from('67f4000c919b282833f1b808800000030080000019078a14cb', 'hex');
  const [start] = first;
  assert.ok(start);
  let sequence = readRtpPacket(start).sequence;
  const send = (packet: Uint8Array): void => {
    const copy = moved(packet, sequence - readRtpPacket(packet).sequence, 0);
    sequence += 1;
    receiver.receive(copy, 0, copy.length, 0);
  };
  for (const packet of first) send(packet);
  const again = first.map((packet) => moved(packet, 0, 200_000));
  const sps = new Uint8Array(12 + larger.length);
  sps.set((again[0] ?? packet0).subarray(0, 12));
  sps[1] = 96;
  sps.set(larger, 12);
  // ffmpeg sends the old SPS with the keyframe: only the new one counts here.
  const isOldSps = (packet: Uint8Array): boolean => ((packet[12] ?? 0) & 31) === 24;
  for (const packet of again.filter((one) => !isOldSps(one)).toSpliced(0, 0, sps)) send(packet);
  receiver.flush();
  const at = told.indexOf('track 320');
  assert.equal(told[0], 'track 96');
  assert.ok(at > 10, told.join(' '));
  assert.equal(told[at + 1], 'key');
});
