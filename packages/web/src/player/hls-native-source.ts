// HLS (RFC 8216) by the browser itself: iPhone, and others that have no Media Source Extensions. It paces itself; only
// after a pause or a stall it would stay far behind.
import type { PaceGoals } from './catch-up.ts';
import type { PlayerFault } from './fault.ts';
import { hlsSession, onPageGoes } from './hls-session.ts';
import type { LiveSource } from './source.ts';

/** Begins three segments behind (RFC 8216 §6.3.3), and is put back there by a jump when it has fallen far behind. */
const nativeGoals: PaceGoals = {
  targetMs: 8_000,
  perStallMs: 1_000,
  mostMs: 12_000,
  slackMs: Number.POSITIVE_INFINITY,
  hurryMs: [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY],
  jumpMs: 24_000,
  jumpResumingMs: 20_000,
  ease: [0, 0],
  leastMs: [0, 0],
};

/** Beyond this the viewer's clock and the server's do not agree. */
const believableMs = 60_000;

type WithStartDate = HTMLVideoElement & { getStartDate?(): Date };

/** Plays `url` on `video`; see `OpenSource`. */
export function openNativeHls(video: HTMLVideoElement, url: string, onEnd: (fault: PlayerFault) => void): Promise<LiveSource> {
  const closing = new AbortController();
  const { signal } = closing;
  const session = hlsSession(url);
  const stopWatchingPage = onPageGoes(session.leave);
  const end = (fault: PlayerFault): void => {
    if (!signal.aborted) onEnd(fault);
  };
  video.addEventListener('ended', () => end({ code: 'stream-ended' }), { signal });
  video.addEventListener('error', () => void faultOfElement(video.error, url).then(end), { signal });
  video.src = session.url;
  return Promise.resolve({
    silenceMs: 15_000,
    close: () => {
      closing.abort();
      stopWatchingPage();
      video.removeAttribute('src');
      video.load();
      session.leave();
    },
    rates: () => ({ receiveKbps: 0 }),
    delayMs: (time) => delayOf(video, time),
    goals: () => nativeGoals,
  });
}

/** By the program times of the playlist, else by what the browser says can be reached. */
function delayOf(video: WithStartDate, time: number): number | undefined {
  const startedAt = video.getStartDate?.().getTime() ?? Number.NaN;
  const byClock = Date.now() - startedAt - time * 1000;
  if (byClock >= 0 && byClock <= believableMs) return Math.round(byClock);
  const { seekable } = video;
  return seekable.length === 0 ? undefined : Math.max(0, Math.round((seekable.end(seekable.length - 1) - time) * 1000));
}

/** MediaError codes: 2 network, 3 decoding, 4 the address or its content. Only the live server can tell what is behind a 4. */
async function faultOfElement(error: MediaError | null, url: string): Promise<PlayerFault> {
  const detail = `${error?.code ?? 0}: ${error?.message ?? ''}`;
  if (error?.code === 3) return { code: 'picture-broken', detail };
  const status = await fetch(url, { method: 'HEAD' }).then(
    (response) => response.status,
    () => 0,
  );
  if (status === 404) return { code: 'no-video', detail };
  return { code: status === 200 && error?.code !== 2 ? 'picture-broken' : 'live-unreachable', detail };
}
