import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type FlvTag, FormatError, readMetadata, readVideoBody, writeVideoBody } from '@lubo/media';
import { announcement, audioHeader, avcLarge, hevcSmall, opening, picture, sound, videoHeader } from './fakes.ts';
import { Intake } from './intake.ts';
import { defaultLimits } from './limits.ts';
import { StreamClock } from './stream-clock.ts';
import type { Configs, StreamTag } from './stream-tag.ts';

function takeIn(tags: readonly FlvTag[], { previous, clock = new StreamClock() }: { previous?: Configs | undefined; clock?: StreamClock } = {}) {
  const out: StreamTag[] = [];
  const intake = new Intake({ limits: defaultLimits, clock, previous, emit: (tag) => out.push(tag) });
  for (const tag of tags) intake.write(tag);
  return { intake, out, clock, write: (tag: FlvTag) => intake.write(tag) };
}

const kindsOf = (tags: readonly StreamTag[]): string[] => tags.map(({ type, isKeyframe }) => (isKeyframe ? `${type}!` : type));
const fourCcHead = (name: string, packetType: number): number[] => [0x90 | packetType, ...Buffer.from(name)];

test('a stream begins at a keyframe with its configuration before it', () => {
  const { out } = takeIn([...opening(), picture(0), sound(10), picture(40, { isKeyframe: true }), sound(33), picture(80)]);
  assert.deepEqual(kindsOf(out), ['script', 'video', 'audio', 'video!', 'audio', 'video']);
  assert.deepEqual(out.map(({ timestamp }) => timestamp), [0, 0, 0, 0, 0, 40]);
  assert.equal(out[3]?.configs.video?.width, 320);
  assert.equal(readMetadata(out[0]?.body ?? new Uint8Array(0))?.hasAudio, true);
});

test('what the metadata announces is waited for, in any order of arrival', () => {
  const { intake, out, write } = takeIn([announcement({ video: true, audio: true }), videoHeader(), picture(0, { isKeyframe: true }), picture(40)]);
  assert.equal(intake.isReady, false);
  write(audioHeader());
  assert.deepEqual(kindsOf(out), ['script', 'video', 'audio', 'video!', 'video']);
});

test('what was announced and does not come is given up after two seconds of media', () => {
  const { intake, out, write } = takeIn([announcement({ video: true, audio: true }), videoHeader(), picture(0, { isKeyframe: true })]);
  write(picture(1960));
  assert.equal(intake.isReady, false);
  write(picture(2000));
  assert.deepEqual(kindsOf(out), ['script', 'video', 'video!', 'video', 'video']);
});

test('announced as one track only, it begins at once', () => {
  assert.equal(takeIn([announcement({ video: true }), videoHeader(), picture(0, { isKeyframe: true })]).intake.isReady, true);
  assert.equal(takeIn([announcement({ audio: true }), audioHeader(), sound(0)]).intake.isReady, true);
});

test('without metadata a single track is believed after one second of media, two at once', () => {
  const { intake, write } = takeIn([audioHeader(), sound(0), sound(980)]);
  assert.equal(intake.isReady, false);
  write(sound(1000));
  assert.equal(intake.isReady, true);
  assert.equal(takeIn([videoHeader(), audioHeader(), sound(0), picture(0, { isKeyframe: true })]).intake.isReady, true);
});

test('of a stream without video every sound is a place to start', () => {
  assert.deepEqual(kindsOf(takeIn([announcement({ audio: true }), audioHeader(), sound(0), sound(23)]).out), ['script', 'audio', 'audio!', 'audio!']);
});

test('frames without a sequence header, empty frames, ends and repeated headers are left out', () => {
  const end: FlvTag = { type: 'video', timestamp: 0, body: writeVideoBody({ codec: 'h264', packet: 'end', isKeyframe: true, compositionOffset: 0, data: new Uint8Array(0) }) };
  const { out } = takeIn([picture(0, { isKeyframe: true }), ...opening(), picture(40, { isKeyframe: true }), videoHeader(), audioHeader(), end, picture(80, { size: 0 })]);
  assert.deepEqual(kindsOf(out), ['script', 'video', 'audio', 'video!']);
});

test('a new picture size is told with its keyframe, and sound goes on until then', () => {
  const { out, write } = takeIn([...opening(), picture(0, { isKeyframe: true })]);
  out.length = 0;
  for (const tag of [videoHeader(avcLarge), sound(20), picture(40), picture(80, { isKeyframe: true }), sound(90)]) write(tag);
  assert.deepEqual(kindsOf(out), ['audio', 'script', 'video', 'audio', 'video!', 'audio']);
  assert.deepEqual(out.map(({ timestamp }) => timestamp), [20, 80, 80, 80, 80, 90]);
  assert.equal(out[4]?.configs.video?.width, 640);
});

test('a publisher who comes back with the same configuration repeats none of it, with another one tells it', () => {
  const start = [...opening(), picture(0, { isKeyframe: true })];
  const first = takeIn(start);
  const previous = first.out[0]?.configs;
  const same = takeIn([...opening(), picture(500, { isKeyframe: true })], { previous, clock: first.clock });
  assert.deepEqual(kindsOf(same.out), ['video!']);
  assert.equal(same.out[0]?.configs, previous);
  assert.equal(same.out[0]?.timestamp, 40);
  const other = takeIn([announcement({ video: true, audio: true }), videoHeader(avcLarge), audioHeader(), picture(0, { isKeyframe: true })], { previous, clock: first.clock });
  assert.deepEqual(kindsOf(other.out), ['script', 'video', 'audio', 'video!']);
});

test('H.264 under a FourCC goes out in the old form, H.265 in the new one', () => {
  const avc = (packetType: number, data: Uint8Array): FlvTag => ({ type: 'video', timestamp: 0, body: Buffer.concat([Buffer.from(fourCcHead('avc1', packetType)), data]) });
  const small = takeIn([announcement({ video: true }), avc(0, readVideoBody(videoHeader().body).data), avc(3, Uint8Array.of(1, 2, 3))]);
  assert.deepEqual(small.out.at(-1)?.body, writeVideoBody({ codec: 'h264', packet: 'frame', isKeyframe: true, compositionOffset: 0, data: Uint8Array.of(1, 2, 3) }));

  const legacy: FlvTag = { type: 'video', timestamp: 0, body: Uint8Array.of(0x1c, 1, 0, 0, 0, 9) };
  const { out } = takeIn([announcement({ video: true }), videoHeader(hevcSmall, 'h265'), legacy]);
  assert.equal(out.at(-1)?.configs.video?.codec, 'h265');
  assert.deepEqual([...(out.at(-1)?.body.subarray(0, 6) ?? [])], [...fourCcHead('hvc1', 3), 9]);
});

test('codecs that no viewer could play are named in the error', () => {
  const cases: [number[], 'audio' | 'video', RegExp][] = [
    [[0x22, 0, 0], 'video', /H\.263/],
    [fourCcHead('av01', 0), 'video', /av01/],
    [[0x2f, 0], 'audio', /MP3/],
    [[0x96, ...Buffer.from('avc1')], 'video', /multitrack/],
  ];
  for (const [body, type, message] of cases) {
    assert.throws(() => takeIn([{ type, timestamp: 0, body: Uint8Array.from(body) }]), (error) => error instanceof FormatError && message.test(error.message));
  }
});

test('what is held back before the tracks are known is bounded', () => {
  const { out, write } = takeIn([announcement({ video: true, audio: true }), videoHeader(), picture(0, { isKeyframe: true, size: defaultLimits.intakeBytes })]);
  write(audioHeader());
  assert.equal(out.length, 0);
  write(picture(40));
  write(picture(80, { isKeyframe: true }));
  assert.deepEqual(kindsOf(out), ['script', 'video', 'audio', 'video!']);
});
