// The gather's way to FFmpeg: keyframes become JPEGs, G.711 becomes AAC, each in a process of its own that is started when it is
// wanted and may hang, crash or be missing without anything else noticing.
import type { CodedFault, GatherNoticeCode } from '@lubo/contract';
import type { VideoTrack } from '@lubo/media';
import type { Logger } from 'pino';
import type { Clock } from '../clock.ts';
import { type StartChild, childStarter } from './child.ts';
import { CodecError } from './codec-error.ts';
import type { LaneTiming } from './lane.ts';
import type { Backend, Picture, Sheet, Still, WebPicture } from './messages.ts';
import { type PictureTiming, type Urgency, createPictureWorker } from './pictures.ts';
import { type Sound, type SoundInput, type SoundOutput, createSoundWorker } from './sound.ts';

/** What decides a keyframe's decoding. */
export type PictureTrack = Pick<VideoTrack, 'codec' | 'config'>;

/** What is known of FFmpeg here; `unknown` until something was asked of it. */
export type BackendReport = { backend: Backend | 'unknown'; detail: string };

export type CodecWorkerOptions = {
  clock: Clock;
  log: Logger;
  start?: StartChild;
  timing?: Partial<LaneTiming & PictureTiming>;
  maxRequests?: number;
  /** The answer of `backend()` has changed. */
  onBackend?(report: BackendReport): void;
};

export type CodecWorker = {
  /**
   * JPEGs of a keyframe (length-prefixed NAL units as in a Packet), one for each width in pixels: never enlarged, aspect as shown,
   * at most 256 KiB each. Rejects with CodecError.
   */
  picture(request: { track: PictureTrack; data: Uint8Array; widths: readonly number[]; urgency?: Urgency }): Promise<Picture[]>;
  /** The same as WebP, in the background: of the widths those that the video has, none where FFmpeg has no WebP. Rejects with CodecError. */
  webp(request: { track: PictureTrack; data: Uint8Array; widths: readonly number[] }): Promise<WebPicture[]>;
  /** A JPEG and WebPs of a keyframe that is decoded once. Rejects with CodecError. */
  still(request: { track: PictureTrack; data: Uint8Array; width: number; webpWidths: readonly number[]; urgency: Urgency }): Promise<Still>;
  /** Keyframes of one track as the tiles of one JPEG of at most 4 MiB, row by row. Rejects with CodecError. */
  sheet(track: PictureTrack, frames: readonly Uint8Array[], layout: { tileWidth: number; columns: number }): Promise<Sheet>;
  /** A channel's G.711 on its way to AAC; several at once share a worker. */
  openSound(input: SoundInput, onPackets: SoundOutput): Sound;
  backend(): BackendReport;
  /** What people should know of it: that there is none. */
  notices(): CodedFault<GatherNoticeCode>[];
  /** Processes that run now. */
  pids(): number[];
  close(): void;
};

/** Starts nothing before it is asked for something. */
export function createCodecWorker(options: CodecWorkerOptions): CodecWorker {
  const { clock, log, start = childStarter(), timing } = options;
  let report: BackendReport = { backend: 'unknown', detail: '' };
  const onBackend = (backend: Backend, detail: string): void => {
    if (report.backend === backend && report.detail === detail) return;
    report = { backend, detail };
    if (backend === 'none') log.warn({ reason: detail }, 'no FFmpeg: no pictures, and no sound from G.711 cameras; all else goes on');
    else log.info({ backend, detail }, 'FFmpeg found');
    options.onBackend?.(report);
  };
  const pictures = createPictureWorker({ start, clock, log, timing, onBackend, ...(options.maxRequests === undefined ? {} : { maxRequests: options.maxRequests }) });
  const sounds = createSoundWorker({ start, clock, log, timing, onBackend });

  return {
    async picture({ track, data, widths, urgency = { kind: 'background' } }) {
      const { codec, config } = track;
      const answer = await pictures.ask({ kind: 'picture', keyframe: { codec, config, data }, widths, webpWidths: [] }, urgency);
      return [...answer.pictures];
    },
    async webp({ track: { codec, config }, data, widths }) {
      const { webps = [] } = await pictures.ask({ kind: 'picture', keyframe: { codec, config, data }, widths: [], webpWidths: widths }, { kind: 'background' });
      return [...webps];
    },
    async still({ track: { codec, config }, data, width, webpWidths, urgency }) {
      const { pictures: [picture], webps = [] } = await pictures.ask({ kind: 'picture', keyframe: { codec, config, data }, widths: [width], webpWidths }, urgency);
      if (picture === undefined) throw new CodecError('crashed', 'the worker answered something else');
      return { ...picture, webps: [...webps] };
    },
    async sheet({ codec, config }, frames, layout) {
      const { sheet } = await pictures.ask({ kind: 'sheet', codec, config, frames, ...layout }, { kind: 'background' });
      if (sheet === undefined) throw new CodecError('crashed', 'the worker answered something else');
      return sheet;
    },
    openSound: (input, onPackets) => sounds.open(input, onPackets),
    backend: () => report,
    notices: () => (report.backend === 'none' ? [{ code: 'codec-missing', detail: `no FFmpeg was found on the gather: no pictures, no sound from G.711 cameras (${report.detail})`.slice(0, 512) }] : []),
    pids: () => [pictures.pid, sounds.pid].filter((pid) => pid !== undefined),
    close() {
      pictures.close();
      sounds.close();
    },
  };
}
