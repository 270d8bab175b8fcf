import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Packet, concatBytes, copyBytes, openMp4 } from '@lubo/media';
import { picture, sound, tracks, unit } from '../fake-units.ts';
import { createFragmenter } from './fragmenter.ts';

async function recorded(packets: readonly Packet[], baseMillis = packets[0]?.dts ?? 0) {
  const fragmenter = createFragmenter(tracks, baseMillis);
  const fragments: Uint8Array[] = [];
  const flush = (): void => {
    const fragment = fragmenter.flush();
    if (fragment === undefined) return;
    fragments.push(copyBytes(fragment));
    fragmenter.giveBack(fragment);
  };
  for (const packet of packets) {
    fragmenter.add(unit(packet));
    if (fragmenter.isFull) flush();
  }
  flush();
  const bytes = concatBytes([...fragmenter.head(0), ...fragments]);
  const file = await openMp4(async (at, length) => bytes.subarray(at, at + length), bytes.length);
  const samplesOf = (kind: string) => {
    const track = file.tracks.find(({ info }) => info.kind === kind)!;
    return Array.from({ length: track.sampleCount }, (_, i) => track.sample(i));
  };
  return { fragments, fragmenter, samplesOf };
}

/** Picture `i`, decoded at `dts`, shown `compositionOffset` later. */
const shifted = (i: number, dts: number, compositionOffset: number): Packet => ({ ...picture(i), dts, compositionOffset });

test('a fragment holds less than a second, and what waits is less than one', async () => {
  const packets = Array.from({ length: 100 }, (_, i) => [picture(i), sound(i * 2), sound(i * 2 + 1)]).flat();
  const { fragments, fragmenter } = await recorded(packets);
  assert.equal(fragments.length, 6);
  assert.equal(fragmenter.bytes, 0);
  assert.equal(fragmenter.millis, 4_000);
});

test('times begin at 0 with the slice, wherever the timeline is', async () => {
  const late = (packet: Packet): Packet => ({ ...packet, dts: packet.dts + 10_000_000_000 });
  const { samplesOf } = await recorded([picture(0), sound(0), sound(1), picture(1), sound(2)].map(late));
  assert.deepEqual(samplesOf('video').map(({ dts }) => dts), [0, 40]);
  assert.deepEqual(samplesOf('audio').map(({ dts }) => dts), [0, 20, 40]);
});

test('sound from a little before the first picture begins with it', async () => {
  const { samplesOf } = await recorded([{ ...picture(0), dts: 1_000 }, { ...sound(0), dts: 990 }, { ...sound(1), dts: 1_010 }]);
  assert.deepEqual(samplesOf('audio').map(({ dts }) => dts), [0, 10]);
});

test('a decode time that repeats or falls is moved on, its picture is shown when it should be', async () => {
  const { samplesOf } = await recorded([0, 40, 40, 30, 160].map((dts, i) => shifted(i, dts, 40)));
  const samples = samplesOf('video');
  samples.forEach(({ dts }, i) => assert.ok(i === 0 || dts > samples[i - 1]!.dts));
  const first = samples[0]!;
  assert.deepEqual(samples.map(({ dts, compositionOffset }) => dts + compositionOffset - first.dts - first.compositionOffset), [0, 40, 40, 30, 160]);
});

test('composition offsets survive', async () => {
  const { samplesOf } = await recorded([80, 120, 0, 40].map((offset, i) => shifted(i, i * 40, offset)));
  assert.deepEqual(samplesOf('video').map(({ compositionOffset }) => compositionOffset), [80, 120, 0, 40]);
});
