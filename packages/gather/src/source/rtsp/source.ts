// A stream of an RTSP server or camera as a channel's source.
import { type Credentials, type RtspTransport, withoutCredentials } from '@lubo/media';
import type { Clock } from '../../clock.ts';
import type { Dial, DialEnd, DialOutput } from '../dialled.ts';
import { type SoundAllowance, createSoundAllowance, watchSilence } from '../silence.ts';
import type { OpenSound } from '../sound.ts';
import { type RtspTiming, defaultRtspTiming, playRtsp } from './connection.ts';
import { createHearing } from './hearing.ts';

export type RtspSourceOptions = {
  url: string;
  user: string;
  password: string;
  transport: 'auto' | RtspTransport;
  /** Absent: somebody always waits for each picture. */
  isUrgent?: (() => boolean) | undefined;
  clock: Clock;
  openSound?: OpenSound | undefined;
  timing?: Partial<RtspTiming> | undefined;
};

const mostRedirects = 5;
const transportsOf = { auto: ['tcp', 'udp'], tcp: ['tcp'], udp: ['udp'] } as const;

/** Dials it once each time, through redirects. A picture that stays away while sound comes is dialled for once, then done without. */
export function rtspDial(options: RtspSourceOptions): Dial {
  const allowance = createSoundAllowance();
  let mayBeSound = false;
  return async (output, signal) => {
    if (mayBeSound) output.notice('picture-missing', 'the source gives sound but no picture');
    const { end, isPictureMissing } = await followed({ ...options, allowance, mayBeSound, output, signal });
    mayBeSound = isPictureMissing;
    return end;
  };
}

type Followed = { end: DialEnd; isPictureMissing: boolean };

type Following = RtspSourceOptions & { allowance: SoundAllowance; mayBeSound: boolean; output: DialOutput; signal: AbortSignal };

async function followed(options: Following): Promise<Followed> {
  const { clock, openSound, user, password, isUrgent = () => true, allowance, mayBeSound, output, signal: wanted } = options;
  const timing = { ...defaultRtspTiming, ...options.timing };
  const transports = transportsOf[options.transport];
  let { url } = options;
  let credentials: Credentials | undefined = user === '' ? undefined : { username: user, password };
  for (let redirects = 0; ; redirects++) {
    const silence = watchSilence({ millis: timing.silenceMillis, output, allowance, mayLackPicture: mayBeSound, signal: wanted });
    const heard = createHearing({ output, clock, openSound, silence });
    const { signal } = silence;
    const end = await playRtsp({ ...heard, url, credentials, transports, mayBeSound, isUrgent, clock, timing, signal });
    heard.close();
    if (end.redirect === undefined || redirects === mostRedirects || signal.aborted) {
      return { end: silence.endOf(end), isPictureMissing: silence.isPictureMissing };
    }
    // What was said under encryption is not repeated in the open.
    if (isSecure(url) && !isSecure(end.redirect)) credentials = undefined;
    url = withoutCredentials(end.redirect);
  }
}

function isSecure(url: string): boolean {
  return /^rtsps:/i.test(url);
}
