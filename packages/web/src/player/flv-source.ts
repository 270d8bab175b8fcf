// HTTP-FLV through mpegts.js (Media Source Extensions). The library is loaded when first needed.
import type Mpegts from 'mpegts.js';
import { undecodable } from './fault.ts';
import type { PlayerFault } from './fault.ts';
import { endedSource } from './source.ts';
import type { LiveSource } from './source.ts';

let loading: Promise<typeof Mpegts> | undefined;

/** Fetches the library ahead of time; safe to call often. */
export function preloadFlv(): Promise<typeof Mpegts> {
  loading ??= import('./flv-library.ts').then(({ library }) => {
    library.LoggingControl.enableAll = false;
    return library;
  });
  // A chunk that failed to load on a weak network is asked for anew next time.
  loading.catch(() => (loading = undefined));
  return loading;
}

/** Plays `url` on `video` from its first keyframe; see `OpenSource`. */
export async function openFlv(video: HTMLVideoElement, url: string, onEnd: (fault: PlayerFault) => void): Promise<LiveSource> {
  const library = await preloadFlv().catch(() => undefined);
  if (library === undefined) return endedSource(onEnd, { code: 'site-unreachable', detail: 'the player could not be loaded' });
  if (!library.getFeatureList().mseLivePlayback) return endedSource(onEnd, { code: 'browser-unsupported' });

  const player = library.createPlayer({ type: 'flv', isLive: true, url }, flvSettings);
  let isOpen = true;
  let hasEnded = false;
  const end = (fault: PlayerFault): void => {
    if (hasEnded) return;
    hasEnded = true;
    // Not from within the library's own turn: it goes on after its error event, and must not find itself destroyed.
    queueMicrotask(() => isOpen && onEnd(fault));
  };
  player.on(library.Events.ERROR, (kind: string, detail: string, info: { code?: number; msg?: string } | undefined) => {
    end(faultOfFlv(kind, detail, info));
  });
  player.on(library.Events.LOADING_COMPLETE, () => end({ code: 'stream-ended' }));
  player.attachMediaElement(video);
  player.load();
  return {
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      player.destroy();
    },
    rates: () => ({ receiveKbps: Math.round(((player.statisticsInfo as { speed?: number }).speed ?? 0) * 8) }),
  };
}

const flvSettings: Mpegts.Config = {
  // Bytes go to the decoder as they come: the stash buffer would be delay.
  enableStashBuffer: false,
  // Staying near the live edge is decided in catch-up.ts.
  liveBufferLatencyChasing: false,
  lazyLoad: false,
  autoCleanupSourceBuffer: true,
  autoCleanupMaxBackwardDuration: 30,
  autoCleanupMinBackwardDuration: 15,
};

/** The fault behind an error event of mpegts.js (its `ErrorTypes` and `ErrorDetails` by value). */
export function faultOfFlv(kind: string, detail: string, info: { code?: number; msg?: string } | undefined): PlayerFault {
  const words = [kind, detail, info?.code, info?.msg].filter((part) => part !== undefined && part !== '').join(': ');
  if (detail === 'CodecUnsupported' || /addSourceBuffer|unsupported/i.test(info?.msg ?? '')) return undecodable(words);
  if (kind !== 'NetworkError') return { code: 'picture-broken', detail: words };
  // 404: no picture came within the server's patience. 403: the address was too old, a new one is asked for.
  if (info?.code === 404) return { code: 'no-video', detail: words };
  return { code: detail === 'UnrecoverableEarlyEof' ? 'stream-ended' : 'live-unreachable', detail: words };
}
