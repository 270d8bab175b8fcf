// One track of a source that falls silent while the other goes on: half a lesson is a loss, too, and a new connection often brings it back.
import type { ChannelFaultCode, CodedFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import type { DialEnd, DialOutput } from './dialled.ts';

type Kind = Packet['kind'];

export type SilenceOptions = {
  /** So long without a packet and a track is silent. */
  millis: number;
  output: Pick<DialOutput, 'notice'>;
  /** Whether a connection may end for its sound; otherwise its silence is a notice. */
  allowance: SoundAllowance;
  /** Whether this connection may go on without the picture that it promised. */
  mayLackPicture: boolean;
  /** Of who wants the connection. */
  signal: AbortSignal;
};

export type SilenceWatch = {
  /** Aborts when nobody wants the connection any more, and when it should end for a silent track. */
  readonly signal: AbortSignal;
  /** How the connection has ended, if it ended as `end` says. */
  endOf(end: DialEnd): DialEnd;
  /** These kinds were promised. */
  expect(kinds: readonly Kind[]): void;
  heard(kind: Kind): void;
  /** Several times a second. */
  look(nowMillis: number): void;
  /** Sound came, and no picture though one was promised. */
  readonly isPictureMissing: boolean;
};

/** A camera that sends no sound while the room is quiet would be dialled again and again: once an hour is enough. */
const allowedEachMillis = 60 * 60 * 1000;

/** Of one source, over all its connections. */
export type SoundAllowance = { take(nowMillis: number): boolean };

export function createSoundAllowance(): SoundAllowance {
  let takenAt = -Infinity;
  return {
    take(now) {
      if (now - takenAt < allowedEachMillis) return false;
      takenAt = now;
      return true;
    },
  };
}

/** Watches one connection, from its first `look`. */
export function watchSilence({ millis, output, allowance, mayLackPicture, signal }: SilenceOptions): SilenceWatch {
  const fresh: Record<Kind, boolean> = { video: false, audio: false };
  const heardAt: Record<Kind, number | undefined> = { video: undefined, audio: undefined };
  let promised: readonly Kind[] = [];
  let startedAt: number | undefined;
  let isSoundMissing = false;
  const ending = new AbortController();
  let lost: CodedFault<ChannelFaultCode> | undefined;

  const note = (kind: Kind, now: number): void => {
    if (!fresh[kind]) return;
    fresh[kind] = false;
    if (kind === 'video' && heardAt.video === undefined) output.notice('picture-missing', undefined);
    heardAt[kind] = now;
    if (kind === 'audio' && isSoundMissing) {
      isSoundMissing = false;
      output.notice('sound-missing', undefined);
    }
  };
  const goesOn = (kind: Kind, now: number): boolean => now - (heardAt[kind] ?? -Infinity) < millis;
  const lose = (fault: CodedFault<ChannelFaultCode>): void => {
    lost = fault;
    ending.abort();
  };
  const loseSound = (now: number): void => {
    if (isSoundMissing) return;
    if (allowance.take(now)) return lose({ code: 'sound-lost', detail: `the picture goes on, but no sound came for ${millis / 1000} s` });
    isSoundMissing = true;
    output.notice('sound-missing', 'the source has stopped to send sound; the picture goes on');
  };

  return {
    signal: AbortSignal.any([signal, ending.signal]),
    endOf: (end) => (lost === undefined || signal.aborted ? end : { fault: lost, isFinal: false }),
    expect: (kinds) => void (promised = kinds),
    heard: (kind) => void (fresh[kind] = true),
    look(now) {
      startedAt ??= now;
      note('video', now);
      note('audio', now);
      if (lost !== undefined) return;
      const mayEnd = heardAt.video !== undefined || (promised.includes('video') && !mayLackPicture);
      if (mayEnd && goesOn('audio', now) && now - (heardAt.video ?? startedAt) >= millis) lose({ code: 'source-silent', detail: `sound comes, but no picture for ${millis / 1000} s` });
      else if (heardAt.audio !== undefined && goesOn('video', now) && !goesOn('audio', now)) loseSound(now);
    },
    get isPictureMissing() {
      return promised.includes('video') && heardAt.audio !== undefined && heardAt.video === undefined;
    },
  };
}
