// Sound payloads of RFC 3640 and RFC 6416 by hand: several frames, fragments, odd headers, cameras' quirks.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { writeAudioConfig } from '../codec/aac.ts';
import { writeAdtsHeader } from '../codec/adts.ts';
import { packBits } from '../codec/bits.ts';
import { concatBytes } from '../bytes.ts';
import { hex, mutations, survives } from '../codec/hostile-bytes.ts';
import { AacDepacketizer, auHeaderWidths } from './aac.ts';
import type { Depacketizer } from './depacketizer.ts';
import { LatmDepacketizer, readStreamMux } from './latm.ts';
import { readRtpPacket, writeRtpPacket } from './packet.ts';
import { aacPayload } from './payloads.ts';

const config = writeAudioConfig({ objectType: 2, sampleRate: 16000, channels: 1 });
const hbr = new Map([['mode', 'AAC-hbr']]);
const frame = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

type Sent = { payload: Uint8Array; time: number; marker?: boolean; lost?: number };

function run(create: (sink: { config(bytes: Uint8Array): void; frame(data: Uint8Array, time: number): void }) => Depacketizer, sent: readonly Sent[]): { frames: string[]; configs: string[]; depacketizer: Depacketizer } {
  const frames: string[] = [];
  const configs: string[] = [];
  const depacketizer = create({
    config: (bytes) => configs.push(Buffer.from(bytes).toString('hex')),
    frame: (data, time) => frames.push(`${time} ${Buffer.from(data).toString('hex')}`),
  });
  for (const { payload, time, marker = true, lost = 0 } of sent) {
    const packet = writeRtpPacket({ payloadType: 97, marker, sequence: 0, timestamp: time, ssrc: 0 }, payload);
    depacketizer.receive(readRtpPacket(packet), time, lost);
    packet.fill(0xee);
  }
  return { frames, configs, depacketizer };
}

const generic = (parameters: ReadonlyMap<string, string>, ...sent: Sent[]): ReturnType<typeof run> =>
  run((sink) => new AacDepacketizer(config, 16000, auHeaderWidths(parameters), sink), sent);
const headers = (...fields: [number, number][]): Uint8Array => {
  const bits = fields.reduce((sum, [, width]) => sum + width, 0);
  return concatBytes([frame(bits >>> 8, bits & 255), packBits(fields)]);
};

describe('mpeg4-generic', () => {
  it('gives one frame or several of a packet, each with its time', () => {
    const several = concatBytes([headers([2, 13], [0, 3], [1, 13], [0, 3], [3, 13], [0, 3]), frame(1, 2, 3, 4, 5, 6)]);
    const { frames, configs } = generic(hbr, { payload: aacPayload(frame(9)), time: 0 }, { payload: several, time: 1024 });
    assert.deepEqual(frames, ['0 09', '1024 0102', '2048 03', '3072 040506']);
    assert.deepEqual(configs, ['1408']);
  });

  it('spaces interleaved frames by their distance', () => {
    const payload = concatBytes([headers([1, 13], [0, 3], [1, 13], [2, 3]), frame(1, 2)]);
    assert.deepEqual(generic(hbr, { payload, time: 0 }).frames, ['0 01', '3072 02']);
  });

  it('reads low rate headers, and fields that hardly anyone sends', () => {
    const low = concatBytes([headers([3, 6], [0, 2]), frame(1, 2, 3)]);
    assert.deepEqual(generic(new Map([['mode', 'AAC-lbr']]), { payload: low, time: 5 }).frames, ['5 010203']);
    const parameters = new Map([['sizelength', '8'], ['indexlength', '0'], ['indexdeltalength', '0'], ['ctsdeltalength', '4'], ['dtsdeltalength', '4'], ['randomaccessindication', '1'], ['streamstateindication', '2'], ['auxiliarydatasizelength', '8']]);
    const odd = concatBytes([headers([1, 8], [1, 1], [5, 4], [0, 1], [1, 1], [2, 2], [2, 8], [0, 1], [1, 1], [7, 4], [0, 1], [0, 2]), frame(4, 0xf0), frame(1, 2, 3)]);
    assert.deepEqual(generic(parameters, { payload: odd, time: 0 }).frames, ['0 01', '1024 0203']);
    const bare = new Map([['sizelength', '0'], ['indexlength', '0'], ['indexdeltalength', '0']]);
    assert.deepEqual(generic(bare, { payload: frame(1, 2), time: 0 }).frames, ['0 0102']);
  });

  it('puts fragments together, and drops a frame that lacks one', () => {
    const piece = (time: number, from: number, marker: boolean, lost = 0): Sent => ({ payload: concatBytes([headers([6, 13], [0, 3]), frame(from, from + 1)]), time, marker, lost });
    const { frames, depacketizer } = generic(hbr, piece(0, 1, false), piece(0, 3, false), piece(0, 5, true), piece(1024, 1, false), piece(1024, 5, true, 1), piece(2048, 1, false), { payload: aacPayload(frame(7)), time: 3072 });
    assert.deepEqual(frames, ['0 010203040506', '3072 07']);
    assert.equal(depacketizer.droppedUnits, 2);
  });

  it('takes ADTS headers off, and a size of 0 for the whole packet', () => {
    const adts = concatBytes([writeAdtsHeader({ objectType: 2, sampleRate: 16000, channels: 1 }, 3), frame(1, 2, 3)]);
    assert.deepEqual(generic(hbr, { payload: aacPayload(adts), time: 0 }).frames, ['0 010203']);
    assert.deepEqual(generic(hbr, { payload: concatBytes([headers([0, 13], [0, 3]), frame(1, 2)]), time: 0 }).frames, ['0 0102']);
  });

  it('refuses headers that pass the end', () => {
    const { frames, depacketizer } = generic(hbr, { payload: frame(0xff, 0xff, 1, 2), time: 0 }, { payload: frame(0), time: 0 }, { payload: concatBytes([headers([1, 13], [0, 3], [9, 13], [0, 3]), frame(1, 2)]), time: 0 });
    assert.deepEqual(frames, ['0 01']);
    assert.equal(depacketizer.refusedPackets, 3);
  });

  it('survives 1,000 mutations', () => {
    const several = concatBytes([headers([2, 13], [0, 3], [1, 13], [0, 3]), frame(1, 2, 3)]);
    let found = 0;
    for (const payload of mutations(several, 1000)) found += generic(hbr, { payload, time: 0 }, { payload: aacPayload(frame(7)), time: 9000 }).frames.length;
    assert.ok(found > 1000);
  });
});

describe('MP4A-LATM', () => {
  const mux = readStreamMux(hex('400028103fc0'));
  const latm = (inBand: boolean, ...sent: Sent[]): ReturnType<typeof run> => run((sink) => new LatmDepacketizer(inBand ? undefined : mux, 16000, inBand, sink), sent);

  it('reads configurations, those of GStreamer too', () => {
    assert.deepEqual(mux, { config, frames: 1, otherBits: 0 });
    assert.deepEqual(readStreamMux(hex('40002320adca00')), { config: hex('119056e500'), frames: 1, otherBits: 0 });
    assert.throws(() => readStreamMux(hex('00002810')), /different framing/);
    assert.throws(() => readStreamMux(hex('40')), { name: 'FormatError' });
  });

  it('gives frames, also of more than 255 bytes and of several packets', () => {
    const long = new Uint8Array(300).fill(7);
    const element = concatBytes([frame(255, 45), long]);
    const { frames } = latm(false, { payload: frame(2, 1, 2), time: 0 }, { payload: element.subarray(0, 100), time: 1024, marker: false }, { payload: element.subarray(100), time: 1024 });
    assert.deepEqual(frames, ['0 0102', `1024 ${'07'.repeat(300)}`]);
  });

  it('drops an element that lacks a packet', () => {
    const half: Sent = { payload: frame(4, 1, 2), time: 0, marker: false };
    const { frames, depacketizer } = latm(false, half, { payload: frame(2, 8, 8), time: 1024, lost: 1 }, { payload: frame(1, 9), time: 2048 });
    assert.deepEqual(frames.at(-1), '2048 09');
    assert.ok(depacketizer.droppedUnits >= 1);
  });

  it('takes a configuration out of the stream, and its change', () => {
    const inBand = (bits: string, data: number[]): Uint8Array => {
      const fields: [number, number][] = [...bits].map((bit) => [Number(bit), 1]);
      return packBits([...fields, ...data.map((byte): [number, number] => [byte, 8])]);
    };
    const configBits = (asc: string): string => `0010000000000000${asc}0001111111100`;
    const { frames, configs } = latm(
      true,
      { payload: inBand('1', [1, 5]), time: 0 },
      { payload: inBand(configBits('0001010000001000'), [2, 1, 2]), time: 1024 },
      { payload: inBand('1', [1, 3]), time: 2048 },
      { payload: inBand(configBits('0001010000010000'), [1, 4]), time: 3072 },
    );
    assert.deepEqual(configs, ['1408', '1410']);
    assert.deepEqual(frames, ['1024 0102', '2048 03', '3072 04']);
  });

  it('survives 1,000 mutations of a configuration', () => {
    let read = 0;
    for (const bytes of mutations(hex('40002320adca00'), 1000)) if (survives(() => readStreamMux(bytes))) read += 1;
    assert.ok(read > 50);
  });
});
