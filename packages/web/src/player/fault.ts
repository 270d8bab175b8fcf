// Why a player shows no picture, as stable codes. The page turns them into words with what to do.

/** `detail` is for the statistics overlay and bug reports, never the only thing said. */
export type PlayerFault = { code: PlayerFaultCode; detail?: string };

/** Every code there is. */
export const playerFaultCodes = [
  'channel-offline',
  'channel-not-found',
  'denied',
  'sign-in-needed',
  'no-live-server',
  'no-secure-live-server',
  'site-unreachable',
  'live-unreachable',
  'no-video',
  'stream-ended',
  'stream-silent',
  'codec-unsupported',
  'h265-unsupported',
  'browser-unsupported',
  'picture-broken',
  'recording-gone',
  'recording-lost',
  'recording-broken',
] as const;
export type PlayerFaultCode = (typeof playerFaultCodes)[number];

/** Faults that no further try heals; the viewer must change something first. */
const finalCodes: ReadonlySet<PlayerFaultCode> = new Set([
  'channel-not-found',
  'denied',
  'sign-in-needed',
  'codec-unsupported',
  'h265-unsupported',
  'browser-unsupported',
  'recording-gone',
  'recording-broken',
]);

/** Whether trying again by itself is pointless. */
export function isFinal(fault: PlayerFault): boolean {
  return finalCodes.has(fault.code);
}

/** The fault of a codec that the browser does not decode; `words` are the library's, with the name of the codec. */
export function undecodable(words: string): PlayerFault {
  return { code: /hvc1|hev1|hevc|h\.?265/i.test(words) ? 'h265-unsupported' : 'codec-unsupported', detail: words };
}

/** The fault behind a refused request for addresses: reads `code` and `status` off the site's problem, whatever its class. */
export function faultOfWatch(error: unknown): PlayerFault {
  const { code, status, message } = (error ?? {}) as { code?: unknown; status?: unknown; message?: unknown };
  const detail = typeof message === 'string' ? message : String(error);
  if (code === 'channel-offline' || code === 'gather-offline' || code === 'channel-stopped') return { code: 'channel-offline', detail };
  if (code === 'no-live-server' || code === 'no-secure-live-server') return { code, detail };
  switch (status) {
    case 401:
      return { code: 'sign-in-needed', detail };
    case 403:
      return { code: 'denied', detail };
    case 404:
      return { code: 'channel-not-found', detail };
    case 409:
      return { code: 'channel-offline', detail };
    case 503:
      return { code: 'no-live-server', detail };
    default:
      return { code: 'site-unreachable', detail };
  }
}

/** The fault behind a refused request for a recording's addresses. */
export function faultOfRecording(error: unknown): PlayerFault {
  const { status, message } = (error ?? {}) as { status?: unknown; message?: unknown };
  const detail = typeof message === 'string' ? message : String(error);
  switch (status) {
    case 400:
    case 404:
    case 410:
      return { code: 'recording-gone', detail };
    case 401:
      return { code: 'sign-in-needed', detail };
    case 403:
      return { code: 'denied', detail };
    default:
      return { code: 'site-unreachable', detail };
  }
}
