import assert from 'node:assert/strict';
import { test } from 'node:test';
import { writeFlvHeader } from '@lubo/media';
import { aacConfig, avcSmall, readFlv } from './fakes.ts';
import { flvEncoding } from './flv/encoding.ts';
import { GopCache } from './gop-cache.ts';
import { makeConfigs, type StreamTag } from './stream-tag.ts';
import { TimeBase } from './time-base.ts';

const video = { kind: 'video', codec: 'h264', timescale: 1000, config: avcSmall, width: 320, height: 180 } as const;
const audio = { kind: 'audio', codec: 'aac', timescale: 1000, config: aacConfig, sampleRate: 44_100, channels: 2 } as const;
const both = makeConfigs({ video, audio });
const soundOnly = makeConfigs({ audio });
const limits = { gopBytes: 1000, gops: 1, audioCacheMillis: 500 };
const frame = (timestamp: number, isKeyframe = false, size = 100): StreamTag => ({ type: 'video', timestamp, body: new Uint8Array(size), isKeyframe, configs: both });
const note = (timestamp: number): StreamTag => ({ type: 'audio', timestamp, body: Uint8Array.of(0xaf, 1, 0), isKeyframe: true, configs: soundOnly });
const asFlv = (bytes: Uint8Array) => readFlv(Buffer.concat([writeFlvHeader({ hasVideo: true, hasAudio: true }), bytes]));

test('it holds from the newest keyframe on, and nothing before the first', () => {
  const cache = new GopCache(limits);
  cache.add(frame(0));
  assert.equal(cache.isReady, false);
  for (const tag of [frame(40, true), frame(80), frame(120, true), frame(160)]) cache.add(tag);
  assert.equal(cache.start, 120);
  assert.equal(cache.end, 160);
  assert.equal(cache.bytes, 200);
});

test('it holds as many GOPs as it may', () => {
  const cache = new GopCache({ ...limits, gops: 2 });
  for (const time of [0, 40, 80, 120, 160, 200]) cache.add(frame(time, time % 80 === 0));
  assert.equal(cache.start, 80);
  assert.equal(cache.bytes, 400);
});

test('past its bytes it is empty until the next keyframe', () => {
  const cache = new GopCache(limits);
  cache.add(frame(0, true));
  cache.add(frame(40, false, 901));
  assert.equal(cache.isReady, false);
  cache.add(frame(80));
  assert.equal(cache.bytes, 0);
  cache.add(frame(120, true));
  assert.equal(cache.start, 120);
});

test('of a stream without video it holds the last half second', () => {
  const cache = new GopCache(limits);
  for (let time = 0; time <= 2000; time += 100) cache.add(note(time));
  assert.equal(cache.start, 1500);
});

test('its bytes are metadata, sequence headers and tags; later joiners share the memory of earlier ones', () => {
  const cache = new GopCache({ ...limits, gopBytes: 100_000 });
  const base = new TimeBase(1000, 0);
  cache.add(frame(1000, true));
  const first = cache.encode(flvEncoding, base);
  const copy = first.slice();
  for (let time = 1040; time < 2000; time += 40) cache.add(frame(time));
  const second = cache.encode(flvEncoding, base);
  cache.add(frame(2000));
  const third = cache.encode(flvEncoding, base);
  assert.deepEqual(asFlv(third).tags.map(({ type }) => type).slice(0, 4), ['script', 'video', 'audio', 'video']);
  assert.deepEqual(asFlv(third).tags.slice(3).map(({ timestamp }) => timestamp), Array.from({ length: 26 }, (_, i) => i * 40));
  assert.deepEqual(third.subarray(0, second.length), second);
  assert.equal(third.buffer, second.buffer);
  assert.deepEqual(first, copy);
});

test('another time base gets its own bytes', () => {
  const cache = new GopCache(limits);
  cache.add(frame(1000, true));
  cache.encode(flvEncoding, new TimeBase(1000, 0));
  assert.equal(asFlv(cache.encode(flvEncoding, new TimeBase(0, 0))).tags.at(-1)?.timestamp, 1000);
});
