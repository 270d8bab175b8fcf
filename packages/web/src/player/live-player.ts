// Plays one channel live on a video element and keeps it playing: near the live edge, through breaks, in hidden tabs.
// Knows nothing of Vue: state and statistics go out by callbacks.
import { behindMsOf, catchUp, holeExit } from './catch-up.ts';
import type { Range } from './catch-up.ts';
import { isFinal } from './fault.ts';
import type { PlayerFault } from './fault.ts';
import { LiveConnection } from './live-connection.ts';
import type { LiveAddresses } from './live-connection.ts';
import { readLoudness, writeLoudness } from './loudness.ts';
import { endedSource } from './source.ts';
import type { LiveSource, OpenSource } from './source.ts';
import { openSources, preloadPlayer, readAbilities } from './sources.ts';
import { keepStill } from './still.ts';
import { visitStore } from './browser-stores.ts';
import { WayChoice } from './ways.ts';
import type { Way } from './ways.ts';

/**
 * connecting: first picture awaited; stalled: connected, but nothing left to show; reconnecting: lost, tries by itself;
 * offline: the channel gives no video, starts by itself when it does; failed: see the fault, trying again is pointless.
 */
export type LiveState = 'connecting' | 'playing' | 'stalled' | 'paused' | 'reconnecting' | 'offline' | 'failed';

export type LiveStatus = {
  state: LiveState;
  fault: PlayerFault | undefined;
  /** The browser allowed playing only without sound; a touch of the viewer's is needed to hear. */
  isUnmuteNeeded: boolean;
  /** The way of the present or the last connection; absent before the first. */
  way: Way | undefined;
};

export type LiveStats = {
  /** Ms between the picture shown and live: the newest received, or by the clock where media comes in pieces. */
  delayMs: number;
  /** Ms of media held by the browser in all. */
  bufferMs: number;
  rate: number;
  decodedFrames: number;
  droppedFrames: number;
  receiveKbps: number;
  width: number;
  height: number;
  stalls: number;
  losses: number;
};

export type LivePlayerOptions = {
  /** Asks the site for fresh addresses; called before every connection. */
  watch(): Promise<LiveAddresses>;
  onState(status: LiveStatus): void;
  onStats(stats: LiveStats): void;
  /** Whether the channel gives video, as far as is known; `setOnline` tells of changes. */
  isOnline?: boolean;
  openSources?: Record<Way, OpenSource>;
  store?: Storage | undefined;
};

const tickMs = 250;
/** A connection is given up after this long without anything new; the first picture may take the live server's 10 s. */
const firstPatienceMs = 15_000;
/** After the picture has appeared or moved on again, a jump to the live edge is hardly seen for this long. */
const resumingMs = 1_000;
const silencePatienceMs = 6_000;
/** Nothing new for this long shows as delay: more is under way and does not arrive. */
const lullMs = 500;
/** A paused player lets go of its connection after this, so that an unwatched channel need not send. */
const pausedPatienceMs = 30_000;

/** Starts playing at once; `close` ends it and leaves the video element empty. */
export function createLivePlayer(video: HTMLVideoElement, options: LivePlayerOptions): LivePlayer {
  return new LivePlayer(video, options);
}

export class LivePlayer {
  readonly #video: HTMLVideoElement;
  readonly #options: LivePlayerOptions;
  readonly #connection: LiveConnection;
  readonly #ways = new WayChoice(readAbilities(), visitStore());
  #way: Way | undefined;
  readonly #listening = new AbortController();
  readonly #ticker: ReturnType<typeof setInterval>;
  #isWanted = true;
  #pausedAt = 0;
  #isShowing = false;
  #isStalled = false;
  #isMutedByUs = false;
  #isUnmuteNeeded = false;
  #stallMoments: number[] = [];
  #stalls = 0;
  #resumedAt = 0;
  #newestEnd = 0;
  #grewAt = 0;

  constructor(video: HTMLVideoElement, options: LivePlayerOptions) {
    this.#video = video;
    this.#options = options;
    this.#connection = this.#newConnection(options.openSources ?? openSources);
    if (options.openSources === undefined) preloadPlayer().catch(() => {});
    const loudness = readLoudness(options.store);
    video.volume = loudness.volume;
    video.muted = loudness.isMuted;
    this.#listen();
    this.#ticker = setInterval(() => this.#tick(), tickMs);
    this.#connection.start();
  }

  #newConnection(sources: Record<Way, OpenSource>): LiveConnection {
    return new LiveConnection(
      {
        watch: () => this.#options.watch(),
        open: async (addresses, onEnd) => {
          this.#newestEnd = 0;
          this.#grewAt = Date.now();
          const source = await this.#open(sources, addresses, onEnd);
          if (this.#isWanted) void this.#begin();
          return source;
        },
        judge: (ending) => (this.#way === undefined ? 'give-up' : this.#ways.end(this.#way, ending)),
        onChange: () => this.#tell(),
        onClosing: () => this.#forgetPicture(),
      },
      this.#options.isOnline ?? true,
    );
  }

  async #open(sources: Record<Way, OpenSource>, { flv, hls }: LiveAddresses, onEnd: (fault: PlayerFault) => void): Promise<LiveSource> {
    const way = this.#ways.way(hls !== undefined);
    this.#way = way;
    if (way === undefined) return endedSource(onEnd, { code: 'browser-unsupported' });
    this.#tell();
    return sources[way](this.#video, way === 'flv' ? flv : (hls ?? ''), onEnd);
  }

  /** Goes on after a pause, at the live edge. */
  play(): void {
    this.#isWanted = true;
    if (this.#connection.source === undefined) this.#connection.hurry();
    else void this.#begin();
    this.#tick();
    this.#tell();
  }

  pause(): void {
    this.#isWanted = false;
    this.#pausedAt = Date.now();
    this.#video.pause();
    this.#tell();
  }

  /** Tries again at once, also after a fault that had ended the tries. */
  retry(): void {
    this.#isWanted = true;
    this.#connection.hurry();
  }

  /** What the site says of the channel. */
  setOnline(isOnline: boolean): void {
    this.#connection.setOnline(isOnline);
  }

  close(): void {
    clearInterval(this.#ticker);
    this.#listening.abort();
    this.#connection.stop();
  }

  #listen(): void {
    const { signal } = this.#listening;
    const on = (name: string, run: () => void): void => this.#video.addEventListener(name, run, { signal });
    on('playing', () => this.#onPlaying());
    on('waiting', () => this.#onWaiting());
    on('pause', () => this.#onPause());
    on('play', () => {
      // From a media key or the picture-in-picture window.
      if (!this.#isWanted) this.play();
    });
    on('volumechange', () => this.#onLoudness());
    document.addEventListener('visibilitychange', () => this.#onVisible(), { signal });
    window.addEventListener('online', () => this.#connection.hurry(), { signal });
  }

  async #begin(): Promise<void> {
    try {
      await this.#video.play();
    } catch (error) {
      if ((error as DOMException).name !== 'NotAllowedError' || !this.#isWanted) return;
      if (this.#video.muted) return this.pause();
      this.#isMutedByUs = true;
      this.#isUnmuteNeeded = true;
      this.#video.muted = true;
      this.#tell();
      await this.#begin();
    }
  }

  #onPlaying(): void {
    if (this.#connection.source === undefined) return;
    if (!this.#isShowing || this.#isStalled) this.#resumedAt = Date.now();
    this.#isShowing = true;
    this.#isStalled = false;
    this.#connection.markPlaying();
    if (this.#way !== undefined) this.#ways.markPlaying(this.#way);
    this.#tell();
  }

  #onWaiting(): void {
    if (!this.#isShowing || this.#video.seeking || this.#isStalled) return;
    this.#isStalled = true;
    this.#stalls += 1;
    this.#stallMoments.push(Date.now());
    this.#tell();
  }

  #onPause(): void {
    // Browsers pause by themselves in hidden tabs, at the end, for an error and when a source goes; only the rest is the viewer's wish.
    if (!this.#video.paused || this.#video.ended || this.#video.error !== null || !this.#isWanted || document.hidden || !this.#isShowing) return;
    this.pause();
  }

  #onVisible(): void {
    if (document.hidden) return;
    if (this.#isWanted && this.#video.paused && this.#connection.source !== undefined) void this.#begin();
    this.#tick();
  }

  #onLoudness(): void {
    const { volume, muted } = this.#video;
    if (this.#isMutedByUs && muted) return;
    this.#isMutedByUs = false;
    this.#isUnmuteNeeded = false;
    writeLoudness(this.#options.store, { volume, isMuted: muted });
    this.#tell();
  }

  #forgetPicture(): void {
    keepStill(this.#video);
    this.#isShowing = false;
    this.#isStalled = false;
  }

  #tick(): void {
    const now = Date.now();
    const ranges = rangesOf(this.#video.buffered);
    const { currentTime } = this.#video;
    const behindMs = this.#connection.source?.delayMs?.(currentTime) ?? behindMsOf(ranges, currentTime);
    const newestEnd = ranges.at(-1)?.end ?? 0;
    if (newestEnd !== this.#newestEnd) {
      this.#newestEnd = newestEnd;
      this.#grewAt = now;
    }
    if (this.#isWanted) this.#stayLive(ranges, behindMs, now);
    else if (now - this.#pausedAt > pausedPatienceMs) this.#connection.stop();
    this.#report(ranges, behindMs + this.#lull(now));
  }

  /** What a source that measures delay by what it received cannot know: ms since the last of it, if that is long. */
  #lull(now: number): number {
    const { source } = this.#connection;
    const sinceMs = now - this.#grewAt;
    return source === undefined || source.delayMs !== undefined || this.#newestEnd === 0 || sinceMs < lullMs ? 0 : sinceMs;
  }

  #stayLive(ranges: readonly Range[], behindMs: number, now: number): void {
    const { openedAt, source } = this.#connection;
    if (openedAt !== undefined) {
      const patienceMs = this.#newestEnd === 0 ? firstPatienceMs : (source?.silenceMs ?? silencePatienceMs);
      if (now - this.#grewAt > patienceMs) return this.#connection.lose({ code: 'stream-silent' });
    }
    // A browser that plays by itself finds its own way out.
    const mayStick = this.#way !== 'hls-native' && this.#video.readyState < 3;
    const exit = mayStick ? holeExit(ranges, this.#video.currentTime) : undefined;
    if (exit !== undefined) this.#video.currentTime = exit;
    if (!this.#isShowing || this.#video.seeking) return;
    this.#stallMoments = this.#stallMoments.filter((moment) => now - moment < 60_000);
    const position = { behindMs, rate: this.#video.playbackRate, recentStalls: this.#stallMoments.length, isResuming: now - this.#resumedAt < resumingMs };
    const next = catchUp(position, source?.goals?.());
    if (next.rate !== this.#video.playbackRate) this.#video.playbackRate = next.rate;
    if (next.jumpToBehindMs !== undefined) this.#video.currentTime += (behindMs - next.jumpToBehindMs) / 1000;
  }

  #report(ranges: readonly Range[], delayMs: number): void {
    const frames = this.#video.getVideoPlaybackQuality?.();
    this.#options.onStats({
      delayMs,
      bufferMs: Math.round(ranges.reduce((sum, range) => sum + range.end - range.start, 0) * 1000),
      rate: this.#video.playbackRate,
      decodedFrames: frames?.totalVideoFrames ?? 0,
      droppedFrames: frames?.droppedVideoFrames ?? 0,
      receiveKbps: this.#connection.source?.rates().receiveKbps ?? 0,
      width: this.#video.videoWidth,
      height: this.#video.videoHeight,
      stalls: this.#stalls,
      losses: this.#connection.losses,
    });
  }

  #tell(): void {
    const { fault } = this.#connection;
    this.#options.onState({ state: this.#state(), fault, isUnmuteNeeded: this.#isUnmuteNeeded, way: this.#way });
  }

  #state(): LiveState {
    if (!this.#isWanted) return 'paused';
    if (this.#isShowing) return this.#isStalled ? 'stalled' : 'playing';
    const { fault } = this.#connection;
    if (fault === undefined) return 'connecting';
    if (isFinal(fault)) return 'failed';
    return fault.code === 'channel-offline' ? 'offline' : 'reconnecting';
  }
}

function rangesOf(buffered: TimeRanges): Range[] {
  return Array.from({ length: buffered.length }, (_, index) => ({ start: buffered.start(index), end: buffered.end(index) }));
}
