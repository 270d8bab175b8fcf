// Plays one recording on a video element: from a signed address that is asked for anew when it has expired, on from where it was.
// Knows nothing of Vue: what happens goes out by callbacks.
import { reconnectPauseMs } from './back-off.ts';
import { faultOfRecording, isFinal, undecodable } from './fault.ts';
import type { PlayerFault } from './fault.ts';
import { readLoudness, writeLoudness } from './loudness.ts';

/** loading: first picture awaited; stalled: nothing left to show; failed: see the fault, trying again by itself is pointless. */
export type RecordingState = 'loading' | 'playing' | 'stalled' | 'paused' | 'ended' | 'reconnecting' | 'failed';

export type RecordingStatus = { state: RecordingState; fault: PlayerFault | undefined; isUnmuteNeeded: boolean };

export type RecordingPlayerOptions = {
  /** Asks for a fresh address; `codecs` as RFC 6381 writes them. */
  load(): Promise<{ videoUrl: string; codecs: string }>;
  /** Seconds to begin at. */
  startAt?: number | undefined;
  onState(status: RecordingStatus): void;
  /** Once: pictures have moved for a moment. */
  onFirstPlay(): void;
  store?: Storage | undefined;
};

/** So much must have been played for a view, in seconds. */
const viewSeconds = 1;
/** A break that comes again at the same place so often is the file's, not the network's. */
const mostBreaks = 3;

export class RecordingPlayer {
  readonly #video: HTMLVideoElement;
  readonly #options: RecordingPlayerOptions;
  readonly #listening = new AbortController();
  #isWanted = true;
  #isClosed = false;
  #isShowing = false;
  #isStalled = false;
  #isMutedByUs = false;
  #isUnmuteNeeded = false;
  #fault: PlayerFault | undefined;
  #resume: number;
  #breaks = 0;
  #brokeAt = -1;
  #playedFrom: number | undefined;
  #isViewed = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #attempt = 0;
  #tries = 0;

  constructor(video: HTMLVideoElement, options: RecordingPlayerOptions) {
    this.#video = video;
    this.#options = options;
    this.#resume = options.startAt ?? 0;
    const loudness = readLoudness(options.store);
    video.volume = loudness.volume;
    video.muted = loudness.isMuted;
    this.#listen();
    void this.#open();
  }

  play(): void {
    this.#isWanted = true;
    if (this.#video.ended) this.#video.currentTime = 0;
    void this.#begin();
    this.#tell();
  }

  pause(): void {
    this.#isWanted = false;
    this.#video.pause();
    this.#tell();
  }

  /** Goes to a moment, in seconds. */
  seek(seconds: number): void {
    const end = Number.isFinite(this.#video.duration) ? this.#video.duration : seconds;
    const target = Math.min(Math.max(0, seconds), end);
    if (this.#fault !== undefined) this.#resume = target;
    else this.#video.currentTime = target;
  }

  /** Tries again at once, also after a fault that had ended the tries. */
  retry(): void {
    this.#isWanted = true;
    this.#breaks = 0;
    this.#fault = undefined;
    this.#tries = 0;
    void this.#open();
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    this.#listening.abort();
    this.#video.pause();
    this.#video.removeAttribute('src');
    this.#video.load();
  }

  #listen(): void {
    const { signal } = this.#listening;
    const on = (name: string, run: () => void): void => this.#video.addEventListener(name, run, { signal });
    on('playing', () => this.#onPlaying());
    on('waiting', () => {
      this.#isStalled = this.#isShowing && !this.#video.seeking;
      this.#tell();
    });
    on('seeked', () => this.#tell());
    on('timeupdate', () => this.#onTime());
    on('ended', () => this.#tell());
    on('error', () => this.#onBreak());
    on('volumechange', () => this.#onLoudness());
    on('play', () => {
      // From a media key or the picture-in-picture window.
      if (!this.#isWanted) this.play();
    });
    on('pause', () => {
      if (!this.#video.ended && this.#video.error === null && this.#isWanted && this.#isShowing && this.#fault === undefined) this.pause();
    });
    window.addEventListener('online', () => this.#fault !== undefined && !isFinal(this.#fault) && this.retry(), { signal });
  }

  async #open(): Promise<void> {
    clearTimeout(this.#retry);
    this.#attempt += 1;
    const attempt = this.#attempt;
    this.#tell();
    try {
      const { videoUrl, codecs } = await this.#options.load();
      if (this.#isClosed || attempt !== this.#attempt) return;
      if (codecs !== '' && this.#video.canPlayType(`video/mp4; codecs="${codecs}"`) === '') return this.#fail(undecodable(codecs));
      this.#fault = undefined;
      this.#isShowing = false;
      this.#video.src = videoUrl;
      // Before its head is read this is where the video will begin.
      if (this.#resume > 0) this.#video.currentTime = this.#resume;
      if (this.#isWanted) await this.#begin();
      this.#tell();
    } catch (error) {
      if (!this.#isClosed && attempt === this.#attempt) this.#fail(faultOfRecording(error));
    }
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
    this.#isShowing = true;
    this.#isStalled = false;
    this.#playedFrom = this.#video.currentTime;
    this.#tell();
  }

  #onTime(): void {
    const { currentTime } = this.#video;
    if (!this.#isShowing) return;
    this.#resume = currentTime;
    if (Math.abs(currentTime - this.#brokeAt) > 5) {
      this.#breaks = 0;
      this.#tries = 0;
    }
    // Seeking far counts as no play.
    const played = currentTime - (this.#playedFrom ?? currentTime);
    if (played < 0 || played > 10) this.#playedFrom = currentTime;
    else if (played >= viewSeconds && !this.#isViewed) {
      this.#isViewed = true;
      this.#options.onFirstPlay();
    }
  }

  /** The address has expired, the network has gone, or the file is not to be read: a fresh address tells. */
  #onBreak(): void {
    const { error } = this.#video;
    if (this.#isClosed || error === null) return;
    this.#breaks = Math.abs(this.#resume - this.#brokeAt) <= 5 ? this.#breaks + 1 : 1;
    this.#brokeAt = this.#resume;
    this.#isShowing = false;
    const isOnline = navigator.onLine;
    if (isOnline && this.#breaks >= mostBreaks) return this.#fail({ code: 'recording-broken', detail: error.message });
    this.#fault = { code: 'recording-lost', detail: error.message };
    // The first time at once: most often it is only the address.
    if (this.#breaks === 1 && isOnline) void this.#open();
    else this.#openLater();
    this.#tell();
  }

  #fail(fault: PlayerFault): void {
    this.#fault = fault;
    this.#isShowing = false;
    if (!isFinal(fault)) this.#openLater();
    this.#tell();
  }

  #openLater(): void {
    clearTimeout(this.#retry);
    this.#retry = setTimeout(() => void this.#open(), reconnectPauseMs(this.#tries, Math.random()));
    this.#tries += 1;
  }

  #onLoudness(): void {
    const { volume, muted } = this.#video;
    if (this.#isMutedByUs && muted) return;
    this.#isMutedByUs = false;
    this.#isUnmuteNeeded = false;
    writeLoudness(this.#options.store, { volume, isMuted: muted });
    this.#tell();
  }

  #tell(): void {
    if (!this.#isClosed) this.#options.onState({ state: this.#state(), fault: this.#fault, isUnmuteNeeded: this.#isUnmuteNeeded });
  }

  #state(): RecordingState {
    if (this.#fault !== undefined) return isFinal(this.#fault) ? 'failed' : 'reconnecting';
    if (this.#video.ended) return 'ended';
    if (!this.#isWanted) return 'paused';
    if (!this.#isShowing) return 'loading';
    return this.#isStalled ? 'stalled' : 'playing';
  }
}
