// A file played in a loop by a clock in hand, from a disk in memory. The clip is media's fixture (see make.sh there): 2 s of
// 25 pictures a second with B-frames, a keyframe each second, mono AAC at 44.1 kHz.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import type { ChannelFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import type { Tracks } from '../unit.ts';
import type { OpenedFile } from './disk.ts';
import { createFileSource } from './file.ts';

const clip: Uint8Array = readFileSync(new URL('../../../media/src/mp4/fixtures/bframes-aac.mp4', import.meta.url));
const path = '/clips/lesson.mp4';

/** A disk in memory that counts what is open. */
function memoryDisk(files: Map<string, Uint8Array | Error>) {
  const disk = {
    opened: 0,
    open: 0,
    files,
    openFile(wanted: string): Promise<OpenedFile> {
      const found = files.get(wanted);
      disk.opened += 1;
      if (found === undefined) return Promise.reject(Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT' }));
      if (found instanceof Error) return Promise.reject(found);
      disk.open += 1;
      return Promise.resolve({
        size: found.length,
        readAt(offset, length) {
          const now = files.get(wanted);
          return Promise.resolve(now instanceof Uint8Array ? now.slice(offset, offset + length) : new Uint8Array(0));
        },
        close() {
          disk.open -= 1;
          return Promise.resolve();
        },
      });
    },
  };
  return disk;
}

function begin(t: TestContext, files: [string, Uint8Array | Error][]) {
  const clock = createFakeClock();
  const disk = memoryDisk(new Map(files));
  const told = { begun: [] as Tracks[], batches: [] as { at: number; packets: readonly Packet[] }[], faults: [] as ChannelFault[] };
  const source = createFileSource({ path, clock, log: pino({ level: 'silent' }), openFile: disk.openFile });
  source.start({
    begin: (tracks) => told.begun.push(tracks),
    change: () => assert.fail('a file never changes its tracks'),
    packets: (packets) => told.batches.push({ at: clock.now(), packets }),
    fault: (fault) => told.faults.push(fault),
  });
  t.after(() => source.stop());
  return { clock, disk, source, told, packets: () => told.batches.flatMap(({ packets }) => packets) };
}

const dtsMillis = ({ kind, dts }: Packet): number => (dts * 1000) / (kind === 'video' ? 12_800 : 44_100);

test('every packet comes at its decode time, through many turns of the loop', async (t) => {
  const { clock, told, packets } = begin(t, [[path, clip]]);
  await clock.advance(7_030);
  assert.equal(told.begun.length, 1);
  assert.deepEqual([told.begun[0]?.video?.codec, told.begun[0]?.audio?.sampleRate], ['h264', 44_100]);
  for (const { at, packets: batch } of told.batches) {
    for (const packet of batch) {
      const late = at - dtsMillis(packet);
      assert.ok(late >= -0.001 && late <= 21, `${packet.kind} at ${dtsMillis(packet)} came ${late} ms late`);
    }
  }
  const pictures = packets().filter(({ kind }) => kind === 'video');
  assert.deepEqual([...new Set(pictures.slice(1).map(({ dts }, i) => dts - (pictures[i]?.dts ?? 0)))], [512]);
  assert.equal(pictures.length, 176);
  const sounds = packets().filter(({ kind }) => kind === 'audio');
  assert.deepEqual([...new Set(sounds.slice(1).map(({ dts }, i) => dts - (sounds[i]?.dts ?? 0)))], [1024]);
});

test('composition offsets are those of the file in every turn', async (t) => {
  const { clock, packets } = begin(t, [[path, clip]]);
  await clock.advance(4_500);
  const offsets = packets().filter(({ kind }) => kind === 'video').map(({ compositionOffset }) => compositionOffset);
  assert.ok(new Set(offsets).size > 1, 'the clip has B-frames');
  assert.deepEqual(offsets.slice(50, 100), offsets.slice(0, 50));
});

test('many packets cost few turns', async (t) => {
  const { clock, told, packets } = begin(t, [[path, clip]]);
  await clock.advance(10_000);
  assert.ok(told.batches.length <= 500, `${told.batches.length} batches in 10 s`);
  assert.ok(packets().length > 650);
});

test('after a suspension it goes on where it was, without a burst', async (t) => {
  const { clock, told, packets } = begin(t, [[path, clip]]);
  await clock.advance(1_000);
  const before = packets().length;
  await clock.leap(60_000);
  assert.ok(packets().length - before <= 5, `${packets().length - before} packets at once`);
  await clock.advance(1_000);
  const after = packets().slice(before);
  assert.ok(after.length > 50 && after.length < 90, `${after.length} packets in the second after`);
  const pictures = packets().filter(({ kind }) => kind === 'video');
  assert.deepEqual([...new Set(pictures.slice(1).map(({ dts }, i) => dts - (pictures[i]?.dts ?? 0)))], [512]);
  assert.equal(told.begun.length, 1);
});

test('a small lag is caught up with', async (t) => {
  const { clock, packets } = begin(t, [[path, clip]]);
  await clock.advance(1_000);
  await clock.leap(400);
  await clock.advance(600);
  assert.ok(dtsMillis(packets().at(-1) as Packet) > 1_900);
});

const broken: { name: string; content: Uint8Array | Error | undefined; code: string; detail: RegExp }[] = [
  { name: 'missing', content: undefined, code: 'file-missing', detail: /no such file/ },
  { name: 'not readable', content: Object.assign(new Error('EACCES'), { code: 'EACCES' }), code: 'file-denied', detail: /may not read/ },
  { name: 'on a broken disk', content: Object.assign(new Error('EIO: i/o error'), { code: 'EIO' }), code: 'file-unreadable', detail: /EIO/ },
  { name: 'no MP4', content: new TextEncoder().encode('a text, not a film, and long enough to be read'), code: 'file-invalid', detail: /byte \d+/ },
  { name: 'empty', content: new Uint8Array(0), code: 'file-invalid', detail: /no moov box/ },
  { name: 'truncated', content: clip.subarray(0, 6_000), code: 'file-invalid', detail: /byte \d+/ },
];

for (const { name, content, code, detail } of broken) {
  test(`a file that is ${name} is a fault with its reason, and plays once it is whole`, async (t) => {
    const { clock, disk, told, packets } = begin(t, content === undefined ? [] : [[path, content]]);
    await clock.advance(0);
    assert.equal(told.faults[0]?.code, code);
    assert.match(told.faults[0]?.detail ?? '', detail);
    await clock.advance(120_000);
    assert.ok(disk.opened >= 6 && disk.opened <= 14, `${disk.opened} tries in two minutes`);
    disk.files.set(path, clip);
    await clock.advance(30_000);
    assert.ok(told.begun.length === 1 && packets().length > 0);
  });
}

test('a file that is cut off while it plays is a fault, and its pauses are short again afterwards', async (t) => {
  const { clock, disk, told } = begin(t, [[path, clip]]);
  await clock.advance(1_000);
  disk.files.set(path, clip.subarray(0, 3_000));
  await clock.advance(2_000);
  assert.equal(told.faults[0]?.code, 'file-truncated');
  disk.files.set(path, clip);
  await clock.advance(5_000);
  assert.equal(told.begun.length, 2);
});

test('a stopped source says nothing more and has closed its file', async (t) => {
  const { clock, disk, source, told } = begin(t, [[path, clip]]);
  await clock.advance(500);
  await source.stop();
  const batches = told.batches.length;
  await clock.advance(5_000);
  assert.equal(told.batches.length, batches);
  assert.equal(disk.open, 0);
});

test('a source that is stopped while it waits for a missing file ends at once', async (t) => {
  const { clock, disk, source } = begin(t, []);
  await clock.advance(100);
  await source.stop();
  await clock.advance(60_000);
  assert.equal(disk.opened, 1);
});
