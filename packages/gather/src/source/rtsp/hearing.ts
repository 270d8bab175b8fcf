// What one RTSP connection brings, on its way to the channel: pictures and AAC as they are, G.711 through the codec worker.
import { type Packet, type RtspClientEvent, type SkippedMedia, type SoundTrack, type Track } from '@lubo/media';
import type { Clock } from '../../clock.ts';
import type { DialOutput } from '../dialled.ts';
import { createIntake } from '../intake.ts';
import type { SilenceWatch } from '../silence.ts';
import type { OpenSound, Transcoding } from '../sound.ts';
import type { RtspConnectionOptions } from './connection.ts';

export type Hearing = Pick<RtspConnectionOptions, 'onEvent' | 'onPass' | 'onSecured'> & {
  /** Hands on what is held: the connection has ended. */
  close(): void;
};

type Kind = Packet['kind'];

/** A codec worker that starts for so long is told: on a slow card under load it takes many seconds. */
const patienceMillis = 5_000;

export type HearingOptions = { output: DialOutput; clock: Clock; openSound: OpenSound | undefined; silence: SilenceWatch };

/** For one connection. */
export function createHearing({ output, clock, openSound, silence }: HearingOptions): Hearing {
  const intake = createIntake(output);
  let kinds: readonly Kind[] = [];
  let lostSoFar = 0;
  let transcoding: Transcoding | undefined;
  let isSoundLeftOut = false;
  let isClosed = false;
  let cancelPatience: (() => void) | undefined;

  const leaveSoundOut = (reason: string): void => {
    isSoundLeftOut = true;
    expect();
    output.notice('sound-left-out', `the sound of the source is left out: ${reason}`);
  };
  const expect = (): void => intake.expect(isSoundLeftOut ? kinds.filter((kind) => kind !== 'audio') : kinds);
  const transcode = (track: SoundTrack): void => {
    const { codec, sampleRate, channels, timescale } = track;
    if (codec === 'opus' || openSound === undefined) return leaveSoundOut(`${codec} can't be made AAC here`);
    forgetTranscoding();
    const mine = (transcoding = openSound({ codec, sampleRate, channels, timescale }, (packets) => {
      if (isClosed || transcoding !== mine) return;
      for (const packet of packets) intake.packet(packet);
      intake.pass(clock.now());
    }));
    cancelPatience = clock.after(patienceMillis, () => output.notice('sound-waiting', `${codec} waits for FFmpeg, which has not started yet; until then there is only the picture`));
    void mine.track.then((made) => {
      if (isClosed || transcoding !== mine) return;
      cancelPatience?.();
      output.notice('sound-waiting', undefined);
      if (made === undefined) leaveSoundOut(`${codec} needs FFmpeg, which is not there`);
      else intake.track(made);
    });
  };
  const forgetTranscoding = (): void => {
    cancelPatience?.();
    transcoding?.close();
  };
  const take = (packet: Packet): void => {
    silence.heard(packet.kind);
    if (packet.kind === 'audio' && isSoundLeftOut) return;
    if (packet.kind === 'video' || transcoding === undefined) intake.packet(packet);
    else transcoding.put(packet);
  };
  const onDescribed = (skipped: readonly SkippedMedia[]): void => {
    const sound = skipped.find(({ kind, reason }) => kind === 'audio' && reason !== 'another one is taken');
    if (sound !== undefined) leaveSoundOut(sound.reason);
  };

  return {
    onEvent(event: RtspClientEvent) {
      if (event.type === 'packet') take(event.packet);
      else if (event.type === 'track') {
        if (isTrack(event.track)) intake.track(event.track);
        else transcode(event.track);
      } else if (event.type === 'described') onDescribed(event.skipped);
      else if (event.type === 'playing') {
        ({ kinds } = event);
        expect();
        silence.expect(kinds);
      }
    },
    onPass(now, lost) {
      intake.pass(now);
      silence.look(now);
      if (lost > lostSoFar) output.lost(lost - lostSoFar);
      lostSoFar = Math.max(lost, lostSoFar);
    },
    onSecured(isVouchedFor) {
      if (!isVouchedFor) output.notice('certificate-not-checked', 'nobody vouches for the certificate of the source, as is usual for cameras');
    },
    close() {
      if (!isClosed) intake.end();
      isClosed = true;
      forgetTranscoding();
    },
  };
}

function isTrack(track: Track | SoundTrack): track is Track {
  return track.kind === 'video' || track.codec === 'aac';
}
