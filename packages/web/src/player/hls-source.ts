// HLS (RFC 8216) through hls.js and Media Source Extensions. The library is loaded when first needed, in its light build:
// the live server sends one variant with picture and sound together, for which it has all that is needed.
import type Hls from 'hls.js';
import type { ErrorData, HlsConfig, LevelDetails } from 'hls.js';
import { hlsGoals } from './catch-up.ts';
import { EdgeClock } from './edge-clock.ts';
import { undecodable } from './fault.ts';
import type { PlayerFault } from './fault.ts';
import { hlsSession, onPageGoes } from './hls-session.ts';
import type { HlsSession } from './hls-session.ts';
import { endedSource } from './source.ts';
import type { LiveSource } from './source.ts';

let loading: Promise<typeof Hls> | undefined;

/** Fetches the library ahead of time; safe to call often. */
export function preloadHls(): Promise<typeof Hls> {
  loading ??= import('hls.js/light').then(({ default: library }) => library);
  // A chunk that failed to load on a weak network is asked for anew next time.
  loading.catch(() => (loading = undefined));
  return loading;
}

/** Plays `url` on `video`; see `OpenSource`. */
export async function openHls(video: HTMLVideoElement, url: string, onEnd: (fault: PlayerFault) => void): Promise<LiveSource> {
  const library = await preloadHls().catch(() => undefined);
  if (library === undefined) return endedSource(onEnd, { code: 'site-unreachable', detail: 'the player could not be loaded' });
  if (!library.isSupported()) return endedSource(onEnd, { code: 'browser-unsupported' });
  return new HlsSource(new library(hlsSettings), library, video, hlsSession(url), onEnd);
}

const hlsSettings: Partial<HlsConfig> = {
  // Where to begin; staying near the live edge is decided in catch-up.ts.
  liveSyncDurationCount: 2,
  maxLiveSyncPlaybackRate: 1,
  liveDurationInfinity: true,
  backBufferLength: 30,
  // A playlist may take as long as the live server holds a viewer's first request.
  manifestLoadPolicy: policyOf({ maxTimeToFirstByteMs: 13_000, maxLoadTimeMs: 15_000, retries: 0 }),
  playlistLoadPolicy: policyOf({ maxTimeToFirstByteMs: 8_000, maxLoadTimeMs: 8_000, retries: 2 }),
  fragLoadPolicy: policyOf({ maxTimeToFirstByteMs: 8_000, maxLoadTimeMs: 15_000, retries: 2 }),
};

/** Few tries: after them live-connection.ts begins anew, with new addresses. */
function policyOf({ retries, ...limits }: { maxTimeToFirstByteMs: number; maxLoadTimeMs: number; retries: number }): HlsConfig['fragLoadPolicy'] {
  const retry = { maxNumRetry: retries, retryDelayMs: 300, maxRetryDelayMs: 1_000 };
  return { default: { ...limits, timeoutRetry: retry, errorRetry: retry } };
}

class HlsSource implements LiveSource {
  /** Longer than the longest segment and its way. */
  readonly silenceMs = 15_000;
  readonly #hls: Hls;
  readonly #clock = new EdgeClock();
  readonly #listening = new AbortController();
  #isOpen = true;
  readonly #session: HlsSession;
  readonly #stopWatchingPage: () => void;
  #targetSeconds: number | undefined;
  #receiveKbps = 0;

  constructor(hls: Hls, { Events }: typeof Hls, video: HTMLVideoElement, session: HlsSession, onEnd: (fault: PlayerFault) => void) {
    this.#hls = hls;
    this.#session = session;
    this.#stopWatchingPage = onPageGoes(session.leave);
    const end = (fault: PlayerFault): void => {
      if (this.#isOpen) onEnd(fault);
    };
    hls.on(Events.ERROR, (_, data) => {
      if (data.fatal) end(faultOfHls(data));
    });
    hls.on(Events.LEVEL_LOADED, (_, { details }) => this.#see(details, Date.now()));
    hls.on(Events.FRAG_LOADED, (_, { frag }) => {
      this.#receiveKbps = Math.round((frag.stats.loaded * 8) / 1000 / Math.max(0.1, frag.duration));
    });
    video.addEventListener('ended', () => end({ code: 'stream-ended' }), { signal: this.#listening.signal });
    hls.attachMedia(video);
    hls.loadSource(session.url);
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#listening.abort();
    this.#stopWatchingPage();
    this.#hls.destroy();
    this.#session.leave();
  }

  rates(): { receiveKbps: number } {
    return { receiveKbps: this.#receiveKbps };
  }

  delayMs(time: number): number | undefined {
    return this.#clock.delayMs(time, Date.now());
  }

  goals() {
    return this.#targetSeconds === undefined ? undefined : hlsGoals(this.#targetSeconds);
  }

  #see(details: LevelDetails, seenAt: number): void {
    this.#targetSeconds = details.targetduration;
    const last = details.fragments.at(-1);
    if (!details.advanced || last === undefined) return;
    const programAt = last.programDateTime === null ? undefined : last.programDateTime + last.duration * 1000;
    this.#clock.note({ edge: details.edge, seenAt, programAt }, details.targetduration);
  }
}

/** What is read of a fatal error of hls.js. */
export type HlsError = Pick<ErrorData, 'details'> & { type: string; reason?: string; error?: { message: string }; response?: { code?: number } };

/** The fault behind a fatal error event of hls.js (its `ErrorTypes` and `ErrorDetails` by value). */
export function faultOfHls({ type, details, reason, error, response }: HlsError): PlayerFault {
  const words = [type, details, response?.code, reason, error?.message].filter((part) => part !== undefined && part !== '').join(': ');
  const name: string = details;
  if (/codec/i.test(name)) return undecodable(words);
  if (type !== 'networkError') return { code: 'picture-broken', detail: words };
  // 404 for the first playlist: no picture came within the server's patience. 410: the session is over.
  if (response?.code === 404 && name.startsWith('manifest')) return { code: 'no-video', detail: words };
  return { code: response?.code === 410 || response?.code === 404 ? 'stream-ended' : 'live-unreachable', detail: words };
}
