// Configurations from files that ffmpeg 5.1.9 with libx265 made; sizes and profiles as ffprobe tells them.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FormatError } from '../errors.ts';
import { readHevcSps } from './hevc-sps.ts';
import { hevcCodecString, hevcTrack, readHevcConfig, writeHevcConfig } from './hevc.ts';
import { hex, outcomes } from './hostile-bytes.ts';

const cases = [
  {
    name: 'Main 1920×1080',
    hvcC: '01016000000090000000000078f000fcfdf8f800000f03a00001001840010c01ffff016000000300900000030000030078959809a10001002a420101016000000300900000030000030078a003c08010e596566924caf0168080000003008000000c84a2000100074401c172b46240',
    codec: 'hvc1.1.6.L120.90',
    sps: { width: 1920, height: 1080, profile: 1, level: 120, chromaFormat: 1, bitDepthLuma: 8 },
  },
  {
    name: 'Range extensions 4:2:2, 10 bits, 322×182',
    hvcC: '0104080000009d08000000003cf000fcfefafa00000f03a00001001740010c01ffff0408000003009d0800000300003c959809a10001002b4201010408000003009d0800000300003cb00a480b9c96d96566924caf0168080000030008000003019040a2000100074401c172b46240',
    codec: 'hvc1.4.10.L60.9D.8',
    sps: { width: 322, height: 182, profile: 4, level: 60, chromaFormat: 2, bitDepthLuma: 10 },
  },
];

describe('H.265 configuration', () => {
  for (const { name, hvcC, codec, sps } of cases) {
    it(`reads ${name}`, () => {
      const config = readHevcConfig(hex(hvcC));
      assert.deepEqual([config.lengthSize, config.vps.length, config.sps.length, config.pps.length], [4, 1, 1, 1]);
      const read = readHevcSps(config.sps[0] ?? hex(''));
      const { width, height, profile, level, chromaFormat, bitDepthLuma } = read;
      assert.deepEqual({ width, height, profile, level, chromaFormat, bitDepthLuma }, sps);
      assert.deepEqual([read.constraints, read.compatibility], [config.constraints, config.compatibility]);
      assert.equal(hevcCodecString(config), codec);
      assert.equal(hevcCodecString(hex(hvcC)), codec);
    });

    it(`writes ${name} back byte for byte`, () => {
      assert.deepEqual(writeHevcConfig(readHevcConfig(hex(hvcC))), hex(hvcC));
    });

    it(`makes a track of ${name}`, () => {
      const config = hex(hvcC);
      const { width, height } = sps;
      assert.deepEqual(hevcTrack(config, 1000), { kind: 'video', codec: 'h265', timescale: 1000, config, width, height });
    });

    it(`gives a result or a FormatError for 1,000 mutations of ${name}`, () => {
      assert.equal(outcomes(hex(hvcC), (bytes) => hevcTrack(bytes, 1000)).size, 2);
    });
  }

  it('reads nothing from any cut', () => {
    const bytes = hex(cases[0]?.hvcC ?? '');
    for (let end = 0; end < bytes.length; end++) assert.throws(() => readHevcConfig(bytes.subarray(0, end)), FormatError);
  });

  it('names the high tier and a profile space', () => {
    const config = readHevcConfig(hex(cases[0]?.hvcC ?? ''));
    assert.equal(hevcCodecString({ ...config, isHighTier: true, profileSpace: 1 }), 'hvc1.A1.6.H120.90');
  });

  it('refuses to write without a VPS, SPS or PPS', () => {
    const { vps, sps } = readHevcConfig(hex(cases[0]?.hvcC ?? ''));
    assert.throws(() => writeHevcConfig({ vps, sps, pps: [] }), /1 VPS, 1 SPS, 0 PPS: one is missing/);
  });
});
