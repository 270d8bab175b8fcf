// Configurations from files that ffmpeg 5.1.9 with libx264 made; sizes and profiles as ffprobe tells them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '../errors.ts';
import { readSps } from './avc-sps.ts';
import { avcCodecString, avcTrack, readAvcConfig, writeAvcConfig } from './avc.ts';
import { hex, outcomes } from './hostile-bytes.ts';

const cases = [
  {
    name: 'High 1920×1080, cropped',
    avcC: '01640028ffe1001b67640028acd940780227e5c044000003000400000300c83c60c65801000668ebe3cb22c0fdf8f800',
    codec: 'avc1.640028',
    sps: { width: 1920, height: 1080, profile: 100, level: 40, chromaFormat: 1, bitDepthLuma: 8, bitDepthChroma: 8, framesPerSecond: 25 },
  },
  {
    name: 'Constrained Baseline 640×360, 30000/1001 per second',
    avcC: '0142c01effe100186742c01ed900a02ff9701100000303e90000ea600f162e4801000568cb83cb20',
    codec: 'avc1.42c01e',
    sps: { width: 640, height: 360, profile: 66, level: 30, chromaFormat: 1, bitDepthLuma: 8, bitDepthChroma: 8, framesPerSecond: 30000 / 1001 },
  },
  {
    name: 'Main 720×576, interlaced',
    avcC: '014d401effe10018674d401eeca05a126c0440000003004000000c87c50a658001000568fba3cb20',
    codec: 'avc1.4d401e',
    sps: { width: 720, height: 576, profile: 77, level: 30, chromaFormat: 1, bitDepthLuma: 8, bitDepthChroma: 8, framesPerSecond: 25 },
  },
  {
    name: 'High 4:2:2, 10 bits, 322×182',
    avcC: '017a000dffe1001b677a000db6cd941519e222f011000003000100000300320f14299601000668ebe3cb22c0fefafa00',
    codec: 'avc1.7a000d',
    sps: { width: 322, height: 182, profile: 122, level: 13, chromaFormat: 2, bitDepthLuma: 10, bitDepthChroma: 10, framesPerSecond: 25 },
  },
  {
    name: 'High 4:4:4 Predictive',
    avcC: '01f4000cffe1001967f4000c919b282833f1b808800000030080000019078a14cb01000668ebe3c44844fff8f800',
    codec: 'avc1.f4000c',
    sps: { width: 320, height: 180, profile: 244, level: 12, chromaFormat: 3, bitDepthLuma: 8, bitDepthChroma: 8, framesPerSecond: 25 },
  },
];

describe('H.264 configuration', () => {
  for (const { name, avcC, codec, sps } of cases) {
    it(`reads ${name}`, () => {
      const config = readAvcConfig(hex(avcC));
      assert.equal(config.lengthSize, 4);
      assert.deepEqual([config.sps.length, config.pps.length], [1, 1]);
      assert.deepEqual(config.sps.map(readSps), [sps]);
      assert.equal(avcCodecString(config), codec);
      assert.equal(avcCodecString(hex(avcC)), codec);
    });

    it(`writes ${name} back byte for byte`, () => {
      assert.deepEqual(writeAvcConfig(readAvcConfig(hex(avcC))), hex(avcC));
    });

    it(`makes a track of ${name}`, () => {
      const { width, height } = sps;
      const config = hex(avcC);
      assert.deepEqual(avcTrack(config, 90000), { kind: 'video', codec: 'h264', timescale: 90000, config, width, height });
    });

    it(`gives a result or a FormatError for 1,000 mutations of ${name}`, () => {
      assert.equal(outcomes(hex(avcC), (bytes) => avcTrack(bytes, 1000)).size, 2);
    });
  }

  it('reads nothing from any cut', () => {
    const bytes = hex(cases[1]?.avcC ?? '');
    for (let end = 0; end < bytes.length; end++) assert.throws(() => readAvcConfig(bytes.subarray(0, end)), FormatError);
  });

  it('refuses a wrong version, lengths of 3 bytes and a NAL unit that is no SPS', () => {
    assert.throws(() => readAvcConfig(hex('02640028ffe0 00')), /version 2 is not 1/);
    assert.throws(() => readAvcConfig(hex('01640028fee0 00')), /NAL length size 3/);
    assert.throws(() => readSps(hex('68ebe3cb22c0')), /NAL unit type 8 is not 7/);
    assert.throws(() => avcTrack(hex('01640028ffe0 00'), 1000), /no SPS/);
    assert.throws(() => writeAvcConfig({ sps: [], pps: [hex('68')] }), /no SPS/);
    assert.throws(() => writeAvcConfig({ sps: [hex('67640028')], pps: [] }), /no PPS/);
  });
});
