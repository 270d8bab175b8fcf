// A stream of an RTMP server as a channel's source.
import type { Clock } from '../../clock.ts';
import type { Dial } from '../dialled.ts';
import { createIntake } from '../intake.ts';
import { type RtmpTiming, defaultRtmpTiming, playRtmp } from './connection.ts';
import { createTagReader } from './reader.ts';

export type RtmpSourceOptions = { url: string; user: string; password: string; clock: Clock; timing?: Partial<RtmpTiming> | undefined };

/** Plays it once each time. User and password go into the query, as the servers that know any take them. */
export function rtmpDial({ url, user, password, clock, timing }: RtmpSourceOptions): Dial {
  return async (output, signal) => {
    const intake = createIntake(output);
    // Until metadata tell better.
    intake.expect(['video', 'audio']);
    const read = createTagReader({
      ...intake,
      leaveSoundOut(reason) {
        intake.expect(['video']);
        output.notice('sound-left-out', `the sound of the source is left out: ${reason}`);
      },
    });
    const end = await playRtmp({
      url: withLogin(url, user, password),
      hasUser: user !== '',
      clock,
      timing: { ...defaultRtmpTiming, ...timing },
      signal,
      onTag: read,
      onPass: intake.pass,
      onSecured(isVouchedFor) {
        if (!isVouchedFor) output.notice('certificate-not-checked', 'nobody vouches for the certificate of the source');
      },
    });
    intake.end();
    return end;
  };
}

/** The address with `user` and `pass` in its query, unless it has a user there. */
function withLogin(url: string, user: string, password: string): string {
  if (user === '' || /[?&]user=/i.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}user=${encodeURIComponent(user)}&pass=${encodeURIComponent(password)}`;
}
