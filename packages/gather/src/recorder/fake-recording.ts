// For tests: recording on a disk in memory with a clock in hand, a channel's bus, and what of its pictures is on the disk.
import { type Packet, openMp4, splitNals } from '@lubo/media';
import { pino } from 'pino';
import { createBus } from '../bus.ts';
import { type FakeClock, createFakeClock } from '../fake-clock.ts';
import { tracks } from '../fake-units.ts';
import { type FakeDisk, createFakeDisk } from './fake-disk.ts';
import { type Recordings, openRecordings } from './recordings.ts';
import type { RecorderTuning } from './surroundings.ts';
import type { RecordWish } from './wish.ts';

export const channelId = 'channel00001';
/** 2026-09-01 08:00 in UTC. */
export const eight = Date.UTC(2026, 8, 1, 8);
export const log = pino({ level: 'silent' });

/** A planned lesson at `minutes` past eight. */
export function lesson(id: string, minutes: number, until: number): RecordWish {
  return {
    lessonId: `${id.padStart(12, '0')}-20260901`, kind: 'planned', intervalId: id.padStart(12, '0'), subjectId: null, teacherId: null,
    plannedStart: eight + minutes * 60_000, plannedEnd: eight + until * 60_000,
  };
}

/** Picture number `i`, five a second, a keyframe each second: one NAL unit that holds its number. */
export function numbered(i: number): Packet {
  const data = new Uint8Array(24).fill(0x41);
  const view = new DataView(data.buffer);
  view.setUint32(0, 20);
  view.setUint32(8, i);
  return { kind: 'video', dts: i * 200, compositionOffset: 0, isKeyframe: i % 5 === 0, data };
}

/** The sound just before it: two frames of 100 ms. */
export function soundUnder(i: number): Packet[] {
  return [-200, -100].filter((at) => i * 200 + at >= 0).map((at) => ({ kind: 'audio', dts: i * 200 + at, compositionOffset: 0, isKeyframe: true, data: new Uint8Array(12).fill(0x21) }));
}

/** The time of day begins at eight (or `startsAt`) with the clock at 0; `stepMillis` is added to it, as somebody who sets the clock does. */
export type Hand = {
  disk: FakeDisk;
  clock: FakeClock;
  recordings: Recordings;
  bus: ReturnType<typeof createBus>;
  recorder: ReturnType<Recordings['recorderOf']>;
  day: { stepMillis: number };
  /** Publishes pictures `from` up to, not including, `to`, each at its time. */
  play(from: number, to: number): Promise<void>;
};

export async function takeInHand(given: { disk?: FakeDisk; clock?: FakeClock; tuning?: RecorderTuning; folders?: string[]; reserveBytes?: number; startsAt?: number } = {}): Promise<Hand> {
  const { disk = createFakeDisk(), clock = createFakeClock(), folders = ['/disk/a'], reserveBytes = 1_000, startsAt = eight } = given;
  const day = { stepMillis: 0 };
  const recordings = await openRecordings({
    dataDir: '/data', folders, reserveBytes, clock, now: () => startsAt + clock.now() + day.stepMillis, log, disk, onChange: () => {},
  });
  recordings.tune(given.tuning ?? { sliceMinutes: 1, overlapGops: 0 });
  const bus = createBus({ log });
  const recorder = recordings.recorderOf(channelId, bus, log, () => {});
  bus.begin(tracks);
  return {
    disk, clock, recordings, bus, recorder, day,
    async play(from, to) {
      for (let i = from; i < to; i++) {
        bus.publish([...soundUnder(i), numbered(i)]);
        await clock.advance(200);
      }
    },
  };
}

/** The numbers of the pictures in each finished slice, oldest slice first, read from its standard file. */
export async function picturesOf(recordings: Recordings): Promise<number[][]> {
  const all: number[][] = [];
  for (const { id } of recordings.store.finished()) {
    const bytes = await standardBytes(recordings, id);
    const { tracks: found } = await openMp4(async (at, length) => bytes.subarray(at, at + length), bytes.length);
    const video = found.find(({ info }) => info.kind === 'video');
    const numbers: number[] = [];
    for (let i = 0; i < (video?.sampleCount ?? 0); i++) {
      const sample = video?.sample(i);
      const [nal] = splitNals(bytes.subarray(sample?.offset, (sample?.offset ?? 0) + (sample?.size ?? 0)), 4);
      if (nal) numbers.push(new DataView(nal.buffer, nal.byteOffset).getUint32(4));
    }
    all.push(numbers);
  }
  return all;
}

export async function standardBytes(recordings: Recordings, id: string, offset = 0): Promise<Uint8Array> {
  const standard = await recordings.store.openStandard(id);
  const pieces: Uint8Array[] = [];
  for await (const piece of standard.stream(offset)) pieces.push(piece);
  await standard.close();
  return Buffer.concat(pieces);
}
