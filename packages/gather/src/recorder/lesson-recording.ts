// One lesson of one channel: units from the bus into slices, through everything that sources and disks do.
import type { GapCause } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import type { Subscription } from '../subscription.ts';
import { type Ring, createRing } from '../ring.ts';
import type { Unit } from '../unit.ts';
import { codeOf } from './disk.ts';
import { maxSlices } from './lesson.ts';
import { Slice } from './slice.ts';
import type { RecorderSurroundings } from './surroundings.ts';
import { type WallClock, anchoredClock } from './wall-clock.ts';
import type { RecordWish } from './wish.ts';

export type LessonRecordingOptions = {
  channelId: string;
  wish: RecordWish;
  bus: Bus;
  surroundings: RecorderSurroundings;
  log: Logger;
  /** `isWriting` has changed. */
  onChange(): void;
};

/** A lesson that is to end does so at the next keyframe, or when none has come for so long. */
const longestEndMillis = 10_000;
/** Of one slice, whatever the settings say: its index must fit into memory. */
const longestSliceMillis = 6 * 3_600_000;
/** More than this waits for no disk. */
const mostPendingBytes = 32 * 2 ** 20;
const mostHistoryBytes = 64 * 2 ** 20;

export class LessonRecording {
  wish: RecordWish;
  readonly #options: LessonRecordingOptions;
  readonly #moment: WallClock;
  #subscription: Subscription;
  #slice: Slice | undefined;
  /** A moment of the current timeline and what it is in the day. */
  #anchor: { timeline: number; millis: number; moment: number } | undefined;
  /** Where the current slice's own part begins, after its overlap. */
  #ownStart = 0;
  #newestEnd = 0;
  /** The last GOPs, as many as the next slice repeats and the current one; undefined while none is repeated. */
  #history: Ring | undefined;
  #ending: { cancel(): void; resolve(): void } | undefined;
  #isOver = false;
  readonly #closing = new Map<Slice, Promise<void>>();

  constructor(options: LessonRecordingOptions) {
    const { wish, surroundings, channelId } = options;
    this.#options = options;
    this.wish = wish;
    this.#moment = anchoredClock(surroundings.now, surroundings.clock);
    surroundings.ledger.begin(channelId, wish, this.#moment());
    this.#subscription = this.#subscribe();
    this.#takeAll();
  }

  /** Something of the lesson is on its way to the disk. */
  get isWriting(): boolean {
    return this.#slice !== undefined;
  }

  /** The same lesson with other times or people. */
  change(wish: RecordWish): void {
    this.wish = wish;
    this.#options.surroundings.ledger.begin(this.#options.channelId, wish, this.#moment());
  }

  /** The source gives nothing more until it begins a new timeline. */
  sourceLost(detail: string): void {
    if (this.#isOver) return;
    if (this.#ending) return this.#ending.resolve();
    if (this.#slice) this.#close('source-lost', detail);
    else this.#options.surroundings.ledger.waiting(this.wish.lessonId, 'source-lost', detail);
  }

  /** The lesson is over: it runs on to the next keyframe. Resolves when all is on the disk. */
  async end(): Promise<void> {
    if (this.#isOver || this.#ending) return;
    const at = this.#moment();
    await new Promise<void>((resolve) => {
      const cancel = this.#options.surroundings.clock.after(longestEndMillis, resolve);
      this.#ending = { cancel, resolve };
      if (this.#slice === undefined) resolve();
    });
    await this.#stop(undefined);
    this.#options.surroundings.ledger.end(this.wish.lessonId, Math.max(at, this.#newestEnd));
  }

  /** The channel or the gather stops; the lesson may go on later. */
  async interrupt(cause: GapCause): Promise<void> {
    this.#ending?.resolve();
    await this.#stop(cause);
    this.#options.surroundings.ledger.release(this.wish.lessonId);
  }

  async #stop(cause: GapCause | undefined): Promise<void> {
    this.#isOver = true;
    this.#ending?.cancel();
    this.#subscription.close();
    this.#forget();
    if (this.#slice) this.#close(cause, '');
    else if (cause) this.#options.surroundings.ledger.waiting(this.wish.lessonId, cause, '');
    await Promise.all(this.#closing.values());
  }

  #subscribe(): Subscription {
    return this.#options.bus.subscribe({ name: 'recorder', isPatient: true, onUnits: () => this.#takeAll() });
  }

  #takeAll(): void {
    const units: Unit[] = [];
    for (let unit = this.#subscription.take(); unit; unit = this.#subscription.take()) units.push(unit);
    const newest = units.at(-1);
    if (newest) for (const unit of units) this.#take(unit, newest);
    this.#slice?.pass();
    if (this.#slice && this.#slice.pendingBytes > mostPendingBytes) this.#close('failed', 'the disk does not keep up');
  }

  #take(unit: Unit, newest: Unit): void {
    if (this.#isOver) return;
    if (this.#slice && !this.#slice.takes(unit)) this.#breakOff(unit);
    if (this.#ending && (unit.isStart || this.#slice === undefined)) {
      this.#isOver = true;
      this.#ending.resolve();
      return;
    }
    if (this.#slice && unit.isStart && this.#isFull(unit)) this.#rotate(unit);
    if (this.#slice === undefined && unit.isStart) this.#open(unit, newest, []);
    this.#remember(unit);
    this.#slice?.put(unit);
  }

  // The source has begun anew, has changed its tracks, or its times have leapt.
  #breakOff(unit: Unit): void {
    const slice = this.#slice as Slice;
    const isSameTimeline = unit.timeline === slice.timeline;
    const detail = isSameTimeline ? 'the source has changed its picture or its times' : 'the source has begun anew';
    this.#close('source-lost', detail);
    this.#forget();
    if (isSameTimeline && slice.tracks !== unit.tracks) return;
    this.#anchor = undefined;
  }

  #isFull(unit: Unit): boolean {
    const minutes = this.#options.surroundings.tuning().sliceMinutes;
    const longest = minutes === 0 ? longestSliceMillis : minutes * 60_000;
    return unit.millis - this.#ownStart >= longest || this.#options.surroundings.disks.isFull((this.#slice as Slice).folder);
  }

  #rotate(unit: Unit): void {
    const { disks, tuning } = this.#options.surroundings;
    const isDiskFull = disks.isFull((this.#slice as Slice).folder);
    const isFollowed = disks.choose() !== undefined;
    this.#close(isFollowed ? undefined : 'disk-full', isDiskFull ? 'the disk is full' : '');
    if (isFollowed) this.#open(unit, unit, this.#history?.newest(tuning().overlapGops) ?? []);
  }

  #open(unit: Unit, newest: Unit, overlap: readonly Unit[]): void {
    const { surroundings, channelId, log, onChange } = this.#options;
    const folder = this.#folderFor();
    if (folder === undefined) return;
    this.#anchor ??= this.#anchorAt(unit, newest);
    if (this.#anchor.timeline !== unit.timeline) this.#anchor = this.#anchorAt(unit, newest);
    const first = overlap[0] ?? unit;
    this.#ownStart = unit.millis;
    const slice = new Slice({
      surroundings, log, channelId, wish: this.wish, folder, tracks: unit.tracks, timeline: unit.timeline,
      baseMillis: first.millis, startedAt: this.#anchor.moment + (first.millis - this.#anchor.millis),
      onFailure: (error) => this.#failed(slice, error),
    });
    this.#slice = slice;
    for (const each of overlap) slice.put(each);
    onChange();
  }

  /** Where a slice can go now; without a place the ledger is told why. */
  #folderFor(): string | undefined {
    const { disks, ledger } = this.#options.surroundings;
    const { lessonId } = this.wish;
    if (ledger.nextSliceIndex(lessonId) >= maxSlices) {
      ledger.waiting(lessonId, 'failed', `${maxSlices} slices are enough`);
      return undefined;
    }
    if ([...this.#closing.keys()].some((slice) => slice.pendingBytes > mostPendingBytes / 4)) {
      ledger.waiting(lessonId, 'failed', 'the disk does not keep up');
      return undefined;
    }
    const folder = disks.choose();
    if (folder === undefined) ledger.waiting(lessonId, disks.isAnyFull() ? 'disk-full' : 'failed', 'no disk has space');
    return folder;
  }

  // The newest unit has just come; never earlier than what is recorded already, or the two would overlap.
  #anchorAt(unit: Unit, newest: Unit): { timeline: number; millis: number; moment: number } {
    const age = newest.timeline === unit.timeline ? Math.max(0, newest.millis - unit.millis) : 0;
    return { timeline: unit.timeline, millis: unit.millis, moment: Math.max(this.#moment() - age, this.#newestEnd) };
  }

  #remember(unit: Unit): void {
    const { tuning } = this.#options.surroundings;
    if (tuning().overlapGops === 0) return this.#forget();
    this.#history ??= createRing({ bytes: mostHistoryBytes, get gops() { return tuning().overlapGops + 1; } });
    this.#history.add(unit);
  }

  #forget(): void {
    this.#history?.clear();
    this.#history = undefined;
  }

  #failed(slice: Slice, error: unknown): void {
    if (this.#slice !== slice) return;
    const { disks } = this.#options.surroundings;
    const isFull = ['ENOSPC', 'EDQUOT'].includes(codeOf(error));
    this.#options.log.error({ recording: slice.id, err: error }, 'the disk refuses a recording');
    disks.refused(slice.folder, isFull ? 'full' : 'away');
    this.#forget();
    this.#close(isFull ? 'disk-full' : 'failed', codeOf(error) || String(error));
    if (this.#isOver || this.#ending) return;
    // The ring still has the GOP that did not reach the disk; another disk may take it.
    this.#subscription.close();
    this.#subscription = this.#subscribe();
    this.#takeAll();
  }

  #close(cause: GapCause | undefined, detail: string): void {
    const slice = this.#slice as Slice;
    this.#slice = undefined;
    const closing = slice.close(cause, detail, this.wish)
      .catch((error: unknown) => this.#options.log.error({ recording: slice.id, err: error }, 'a recording did not end well'))
      .finally(() => this.#closing.delete(slice));
    this.#newestEnd = Math.max(this.#newestEnd, slice.endMoment);
    this.#closing.set(slice, closing);
    this.#options.onChange();
  }
}
