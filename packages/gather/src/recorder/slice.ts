// The slice that is being recorded: its place on the timeline and in the day, its fragments, its file.
import { randomUUID } from 'node:crypto';
import type { GapCause } from '@lubo/contract';
import { concatBytes } from '@lubo/media';
import type { Logger } from 'pino';
import type { Tracks, Unit } from '../unit.ts';
import { type Fragmenter, createFragmenter } from './fragmenter.ts';
import type { Journal } from './journal.ts';
import { momentOf } from './lesson.ts';
import type { RecorderSurroundings } from './surroundings.ts';
import { SliceFile } from './slice-file.ts';
import { areSame, describeTracks } from './tracks.ts';
import type { RecordWish } from './wish.ts';

export type SliceOptions = {
  surroundings: RecorderSurroundings;
  log: Logger;
  channelId: string;
  wish: RecordWish;
  folder: string;
  tracks: Tracks;
  timeline: number;
  /** Where on the timeline it begins, and what moment that is in ms since 1970. */
  baseMillis: number;
  startedAt: number;
  onFailure(error: unknown): void;
};

/** A leap of the source's times, forwards from all tracks or backwards in one, that is none of a stream's life. */
const leapMillis = { forwards: 10_000, backwards: 2_000 };

export class Slice {
  readonly id = randomUUID();
  readonly tracks: Tracks;
  readonly timeline: number;
  readonly folder: string;
  readonly startedAt: number;
  readonly #options: SliceOptions;
  readonly #fragmenter: Fragmenter;
  readonly #file: SliceFile;
  readonly #last = { video: -Infinity, audio: -Infinity };
  #newest = -Infinity;

  constructor(options: SliceOptions) {
    const { surroundings, channelId, wish, folder, tracks, startedAt, log } = options;
    const { disk, sync, ledger } = surroundings;
    this.#options = options;
    this.tracks = tracks;
    this.timeline = options.timeline;
    this.folder = folder;
    this.startedAt = startedAt;
    const sliceIndex = ledger.nextSliceIndex(wish.lessonId);
    const journal: Journal = {
      id: this.id, channelId, lessonId: wish.lessonId, sliceIndex, startedAt: momentOf(startedAt), durationMillis: 0, bytes: 0,
      ...describeTracks(tracks), ...ofWish(wish), state: 'recording',
    };
    ledger.sliceBegan(wish.lessonId, { id: this.id, index: sliceIndex, from: startedAt, to: startedAt, isOver: false });
    this.#fragmenter = createFragmenter(tracks, options.baseMillis);
    const { onFailure } = options;
    this.#file = new SliceFile({ disk, sync, folder, journal, log, onFailure, onWritten: (bytes) => this.#fragmenter.giveBack(bytes) });
    this.#file.append(concatBytes(this.#fragmenter.head(startedAt)));
    log.info({ recording: this.id, lesson: wish.lessonId, slice: sliceIndex, folder }, 'a recording has begun');
  }

  /** Bytes in memory that belong on the disk. */
  get pendingBytes(): number {
    return this.#file.pendingBytes + this.#fragmenter.bytes;
  }

  /** Whether a unit can follow in this file. */
  takes(unit: Unit): boolean {
    if (unit.timeline !== this.timeline || !areSame(unit.tracks, this.tracks)) return false;
    if (this.#newest === -Infinity) return true;
    return unit.millis - this.#newest < leapMillis.forwards && this.#last[unit.packet.kind] - unit.millis < leapMillis.backwards;
  }

  put(unit: Unit): void {
    this.#last[unit.packet.kind] = unit.millis;
    this.#newest = Math.max(this.#newest, unit.millis);
    this.#fragmenter.add(unit);
  }

  /** After all units that came at once: what there is goes to the disk when it is enough for a fragment. */
  pass(): void {
    const fragment = this.#fragmenter.isFull ? this.#fragmenter.flush() : undefined;
    if (fragment === undefined) return;
    this.#file.append(fragment);
    this.#options.surroundings.ledger.sliceGrew(this.#options.wish.lessonId, this.id, this.endMoment);
  }

  /** Ends the slice. With a cause nothing follows for now. Resolves when it is on the disk or handed over to recovery. */
  async close(cause: GapCause | undefined, detail: string, wish: RecordWish): Promise<void> {
    const { surroundings, log, folder } = this.#options;
    const { ledger, store } = surroundings;
    const fragment = this.#fragmenter.flush();
    if (fragment) this.#file.append(fragment);
    ledger.sliceEnded(wish.lessonId, this.id, this.endMoment, cause, detail);
    const end = await this.#file.finish({ durationMillis: this.#fragmenter.millis, ...ofWish(wish) });
    log.info({ recording: this.id, end: end.type, cause, detail }, 'a recording has ended');
    switch (end.type) {
      case 'finished':
        store.add({ folder, journal: end.journal, starts: end.starts });
        break;
      case 'empty':
        ledger.sliceGone(wish.lessonId, this.id);
        break;
      case 'unfinished':
        await store.recover(folder, this.id);
        break;
    }
  }

  /** When the media so far ends, ms since 1970. */
  get endMoment(): number {
    return this.startedAt + this.#fragmenter.millis;
  }
}

function ofWish({ kind, intervalId, subjectId, teacherId, plannedStart, plannedEnd }: RecordWish) {
  return { kind, intervalId, subjectId, teacherId, plannedStart: momentOf(plannedStart), plannedEnd: momentOf(plannedEnd) };
}
