import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError, concatBytes, writeFlvHeader, writeTag } from '@lubo/media';
import { opening, picture } from '../fakes.ts';
import { FlvReader } from './draw.ts';

const tags = [...opening(), picture(0, { isKeyframe: true, mark: 1 }), picture(40, { mark: 2, size: 3000 })];
const whole = concatBytes([writeFlvHeader({ hasVideo: true, hasAudio: true }), ...tags.map(writeTag)]);

test('tags come out the same wherever their bytes are cut', () => {
  for (let cut = 0; cut <= whole.length; cut++) {
    const reader = new FlvReader();
    assert.deepEqual([...reader.read(whole.subarray(0, cut)), ...reader.read(whole.subarray(cut))], tags);
  }
});

test('bytes that are no FLV are a FormatError', () => {
  assert.throws(() => new FlvReader().read(new Uint8Array(100)), FormatError);
});
