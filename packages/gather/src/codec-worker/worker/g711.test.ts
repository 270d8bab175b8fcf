import assert from 'node:assert/strict';
import { it } from 'node:test';
import { g711Samples } from './g711.ts';

// Values of ITU-T G.711 (A-law scaled from 13 to 16 bits, µ-law from 14), as `ffmpeg -f alaw|mulaw` decodes them too.
const cases: [codec: 'pcma' | 'pcmu', code: number, sample: number][] = [
  ['pcma', 0xd5, 8],
  ['pcma', 0x55, -8],
  ['pcma', 0xaa, 32_256],
  ['pcma', 0x2a, -32_256],
  ['pcma', 0x85, 4224],
  ['pcmu', 0xff, 0],
  ['pcmu', 0x80, 32_124],
  ['pcmu', 0x00, -32_124],
  ['pcmu', 0xf0, 120],
];

for (const [codec, code, sample] of cases) {
  it(`${codec} 0x${code.toString(16)} is ${sample}`, () => assert.equal(g711Samples[codec][code], sample));
}
