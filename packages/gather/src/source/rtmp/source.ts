// A stream of an RTMP server as a channel's source.
import type { Packet } from '@lubo/media';
import type { Clock } from '../../clock.ts';
import type { Dial, DialOutput } from '../dialled.ts';
import { type Intake, createIntake } from '../intake.ts';
import { type SilenceWatch, createSoundAllowance, watchSilence } from '../silence.ts';
import { type RtmpTiming, defaultRtmpTiming, playRtmp } from './connection.ts';
import { type Tag, createTagReader } from './reader.ts';

export type RtmpSourceOptions = { url: string; user: string; password: string; clock: Clock; timing?: Partial<RtmpTiming> | undefined };

/** Plays it once each time. User and password go into the query, as the servers that know any take them. */
export function rtmpDial({ url, user, password, clock, timing: given }: RtmpSourceOptions): Dial {
  const timing = { ...defaultRtmpTiming, ...given };
  const allowance = createSoundAllowance();
  let mayLackPicture = false;
  return async (output, signal) => {
    if (mayLackPicture) output.notice('picture-missing', 'the source gives sound but no picture');
    const silence = watchSilence({ millis: timing.silenceMillis, output, allowance, mayLackPicture, signal });
    const intake = createIntake(output);
    const end = await playRtmp({
      url: withLogin(url, user, password),
      hasUser: user !== '',
      clock,
      timing,
      signal: silence.signal,
      onTag: readerOf(intake, silence, output),
      onPass(now) {
        intake.pass(now);
        silence.look(now);
      },
      onSecured(isVouchedFor) {
        if (!isVouchedFor) output.notice('certificate-not-checked', 'nobody vouches for the certificate of the source');
      },
    });
    intake.end();
    mayLackPicture = silence.isPictureMissing;
    return silence.endOf(end);
  };
}

/** From tags to the intake, past the watch for silence. */
function readerOf(intake: Intake, silence: SilenceWatch, output: DialOutput): (tag: Tag) => void {
  const expect = (kinds: Packet['kind'][]): void => {
    intake.expect(kinds);
    silence.expect(kinds);
  };
  // Until metadata tell better.
  expect(['video', 'audio']);
  return createTagReader({
    expect,
    track: intake.track,
    packet(packet) {
      silence.heard(packet.kind);
      intake.packet(packet);
    },
    leaveSoundOut(reason) {
      expect(['video']);
      output.notice('sound-left-out', `the sound of the source is left out: ${reason}`);
    },
  });
}

/** The address with `user` and `pass` in its query, unless it has a user there. */
function withLogin(url: string, user: string, password: string): string {
  if (user === '' || /[?&]user=/i.test(url)) return url;
  return `${url}${url.includes('?') ? '&' : '?'}user=${encodeURIComponent(user)}&pass=${encodeURIComponent(password)}`;
}
