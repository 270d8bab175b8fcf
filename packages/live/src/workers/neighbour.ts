// One worker among the others: tells which streams are published and watched here, draws from the others what is watched
// here and published there, and gives up a publisher when another worker has a newer one.
import type { FlvTag } from '@lubo/media';
import type { Logger } from 'pino';
import type { Elsewhere, Hub } from '../hub.ts';
import type { Publication } from '../stream.ts';
import { type Timers, every } from '../timers.ts';
import type { Home, Place } from './directory.ts';
import type { FromWorker } from './messages.ts';

/** One drawn stream on its way: `close` ends it without a call of `onEnd`. */
export type Draw = { close(): void };
/** Draws a stream from the worker in a slot. `onTag` may throw FormatError, which ends the draw. */
export type OpenDraw = (slot: number, name: string, events: { onTag(tag: FlvTag): void; onEnd(reason: string): void }) => Draw;

export type NeighbourOptions = {
  slot: number;
  hub: Hub;
  timers: Timers;
  log: Logger;
  openDraw: OpenDraw;
  send(message: Extract<FromWorker, { type: 'publish' | 'unpublish' } | { type: 'watch' }>): void;
};

type Drawing = { from: Home; draw: Draw; publication: Publication; unwatchedSince: number | undefined };
/** A publisher here that the others were told of; before the echo came, what the primary says of its stream is older. */
type Told = { number: number; isEchoed: boolean };

/** A stream that nobody watches here any more is drawn for this long, so that a change of viewers costs nothing. */
const lingerMillis = 2_000;
/** How often a broken draw is tried again, and the unwatched ones are looked at. */
const syncMillis = 250;

export class Neighbour implements Pick<Elsewhere, 'isPublishing' | 'isWatched'> {
  readonly #options: NeighbourOptions;
  readonly #places = new Map<string, Place>();
  readonly #told = new Map<string, Told>();
  readonly #watched = new Set<string>();
  readonly #drawings = new Map<string, Drawing>();
  readonly #stopSyncing: () => void;
  #cancelSoon: (() => void) | undefined;

  constructor(options: NeighbourOptions) {
    this.#options = options;
    this.#stopSyncing = every(options.timers, syncMillis, () => this.#sync());
  }

  isPublishing(name: string): boolean {
    const home = this.#places.get(name)?.home;
    return home !== undefined && home.slot !== this.#options.slot;
  }

  isWatched(name: string): boolean {
    return this.#places.get(name)?.watchers.some((slot) => slot !== this.#options.slot) ?? false;
  }

  /** The primary says where a stream is. */
  take(name: string, place: Place): void {
    const { slot } = this.#options;
    if (place.home === undefined && place.watchers.length === 0) this.#places.delete(name);
    else this.#places.set(name, place);
    const told = this.#told.get(name);
    if (told !== undefined && place.home !== undefined) {
      if (place.home.slot === slot && place.home.number === told.number) told.isEchoed = true;
      else if (place.home.slot !== slot && told.isEchoed) this.#giveUp(name, told.number);
    }
    this.syncSoon();
  }

  #giveUp(name: string, number: number): void {
    const stream = this.#options.hub.streams.get(name);
    if (stream?.isPublishedHere && stream.publications === number) stream.unpublish('taken-over');
  }

  /** Something in the hub has changed. */
  syncSoon(): void {
    this.#cancelSoon ??= this.#options.timers.after(0, () => this.#sync());
  }

  stop(): void {
    this.#stopSyncing();
    this.#cancelSoon?.();
    this.#cancelSoon = () => {};
    for (const name of this.#drawings.keys()) this.#close(name);
  }

  #sync(): void {
    this.#cancelSoon?.();
    this.#cancelSoon = undefined;
    this.#tell();
    for (const name of this.#watched) this.#open(name);
    const now = this.#options.timers.now();
    for (const [name, drawing] of this.#drawings) {
      const home = this.#places.get(name)?.home;
      drawing.unwatchedSince = this.#watched.has(name) ? undefined : (drawing.unwatchedSince ?? now);
      const isMoved = home?.slot !== drawing.from.slot || home.number !== drawing.from.number;
      if (!isMoved && now - (drawing.unwatchedSince ?? now) < lingerMillis) continue;
      this.#close(name);
      if (isMoved && this.#watched.has(name)) this.#open(name);
    }
  }

  /** Tells what has changed since it was last told. */
  #tell(): void {
    const { hub, send } = this.#options;
    for (const [name, { number }] of this.#told) {
      const stream = hub.streams.get(name);
      if (stream?.isPublishedHere && stream.publications === number) continue;
      this.#told.delete(name);
      send({ type: 'unpublish', name, number });
    }
    for (const name of this.#watched) {
      if (hub.streams.get(name)?.isWatchedHere) continue;
      this.#watched.delete(name);
      send({ type: 'watch', name, isWatched: false });
    }
    for (const [name, stream] of hub.streams) {
      if (stream.isPublishedHere && !this.#told.has(name)) {
        this.#told.set(name, { number: stream.publications, isEchoed: false });
        send({ type: 'publish', name, number: stream.publications });
      }
      if (!stream.isWatchedHere || this.#watched.has(name)) continue;
      this.#watched.add(name);
      send({ type: 'watch', name, isWatched: true });
    }
  }

  #open(name: string): void {
    const { slot, hub, log, openDraw } = this.#options;
    const from = this.#places.get(name)?.home;
    if (from === undefined || from.slot === slot || this.#drawings.has(name) || hub.streams.get(name)?.isPublishedHere) return;
    const close = (): void => this.#close(name);
    const publication = hub.draw(name, { close });
    if (publication === undefined) return;
    const draw = openDraw(from.slot, name, {
      onTag: (tag) => publication.write(tag),
      onEnd: (reason) => {
        log.debug({ stream: name, reason, slot: from.slot }, 'a draw ended');
        close();
      },
    });
    this.#drawings.set(name, { from, draw, publication, unwatchedSince: undefined });
  }

  #close(name: string): void {
    const drawing = this.#drawings.get(name);
    this.#drawings.delete(name);
    drawing?.draw.close();
    drawing?.publication.end();
  }
}
