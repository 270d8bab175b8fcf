// Playing: signed, expiring addresses of one recording's video.
import { AppError, type PlayInfo, Thumbnails, mediaPaths } from '@lubo/contract';
import { checkStreamToken, signStreamToken } from '@lubo/contract/stream-token';
import type { Db } from '../db/tables.ts';
import { type Clock, momentOf } from '../time.ts';
import { type Recordings, noRecording } from './recordings.ts';
import { pictureUrl } from './view.ts';

export type PlayOptions = {
  db: Db;
  clock: Clock;
  recordings: Recordings;
  /** Signs addresses; 32 bytes in hex. */
  tokenKey: string;
  /** Whether visitors may download. */
  allowsDownload(): Promise<boolean>;
};

/** Where a recording's file is; `name` for those who save it. */
export type VideoFile = { volumeId: string; key: string; name: string };

export type Play = {
  /** Rejects with `recording-not-found`. */
  info(id: string, caller: { mayDownload: boolean }): Promise<PlayInfo>;
  /** The file that a signed address opens. Rejects with `token-…` (denied) or `recording-not-found`. */
  open(id: string, token: string | undefined, isDownload: boolean): Promise<VideoFile>;
  /** Where a picture of a recording is; with `width` (as addresses have it) its poster as WebP. Rejects with `picture-not-found`. */
  picture(id: string, kind: 'poster' | 'thumbnails', width?: string): Promise<{ volumeId: string }>;
};

/** An address opens its video for so long: a whole lesson, watched with pauses. */
const validMillis = 12 * 60 * 60 * 1000;
/** The same address within this window, so that browsers find what they have cached. */
const windowMillis = 60 * 60 * 1000;

/** Addresses over `db`. */
export function createPlay({ db, clock, recordings, tokenKey, allowsDownload }: PlayOptions): Play {
  const address = (id: string, isDownload: boolean, expiresAt: number): string => {
    const token = signStreamToken(tokenKey, subject(id, isDownload), 'play', expiresAt / 1000);
    return `${mediaPaths.video.replace(':id', id)}?${isDownload ? 'download=1&' : ''}token=${token}`;
  };
  return {
    async info(id, { mayDownload }) {
      const recording = await recordings.get(id);
      const row = await db.selectFrom('recordings').select('thumbnails').where('id', '=', id).executeTakeFirst();
      const thumbnails = row?.thumbnails ? Thumbnails.parse(JSON.parse(row.thumbnails)) : undefined;
      const expiresAt = (Math.floor(clock.now() / windowMillis) + 1) * windowMillis + validMillis;
      const isDownloadable = mayDownload || (await allowsDownload());
      return {
        recording,
        videoUrl: address(id, false, expiresAt),
        ...(isDownloadable ? { downloadUrl: address(id, true, expiresAt) } : {}),
        ...(thumbnails === undefined ? {} : { thumbnails, thumbnailsUrl: pictureUrl('thumbnails', id) }),
        expiresAt: momentOf(expiresAt),
      };
    },
    async open(id, token, isDownload) {
      const fault = checkStreamToken([tokenKey], subject(id, isDownload), 'play', token, clock.now() / 1000);
      if (fault !== undefined) throw new AppError('denied', `token-${fault}`, 'This address is not signed for this recording, or has expired: ask for a new one.');
      const row = await db.selectFrom('recordings').select(['volume_id', 'object_key', 'class_name', 'started_at', 'deleted_at']).where('id', '=', id).executeTakeFirst();
      if (row === undefined || row.deleted_at !== null) throw noRecording();
      return { volumeId: row.volume_id, key: row.object_key, name: `${row.class_name || 'lubo'} ${row.started_at.slice(0, 16).replace(/[T:]/g, '-')}.mp4` };
    },
    async picture(id, kind, width) {
      const row = await db.selectFrom('recordings').select(['volume_id', 'poster_at', 'poster_widths', 'thumbnails', 'deleted_at']).where('id', '=', id).executeTakeFirst();
      const isThere = width === undefined ? (kind === 'poster' ? row?.poster_at : row?.thumbnails) : row?.poster_widths.split(',').includes(width);
      if (row === undefined || row.deleted_at !== null || !isThere) throw new AppError('not-found', 'picture-not-found', 'There is no such picture.');
      return { volumeId: row.volume_id };
    },
  };
}

/** What a token is for: one to watch does not open a download. */
function subject(id: string, isDownload: boolean): string {
  return `${isDownload ? 'download' : 'recording'}/${id}`;
}
