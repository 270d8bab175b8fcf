// Recordings for stories: short MP4s made by ffmpeg, brought to a site by its own upload API with the key of a gather.
import { execFileSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ChannelSettings, type Enrolment, type EnrolmentCode, type RecordingUpload, type Subject, pictureWidths } from '@lubo/contract';
import { administratorSettings } from './administrator.ts';

/** An MP4 with its moov first, H.264 and AAC, a keyframe each second; `seconds` long, with a moving picture. */
export function makeMp4(seconds: number, hue = 0): Buffer {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-mp4-'));
  try {
    const path = join(folder, 'clip.mp4');
    const input = ['-f', 'lavfi', '-i', `testsrc2=size=640x360:rate=15:duration=${seconds},hue=h=${hue}`, '-f', 'lavfi', '-i', `sine=frequency=440:duration=${seconds}`];
    const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-pix_fmt', 'yuv420p', '-g', '15', '-c:a', 'aac', '-ac', '1', '-movflags', '+faststart'];
    execFileSync('ffmpeg', ['-loglevel', 'error', ...input, ...coding, '-shortest', path]);
    return readFileSync(path);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A picture of the same size as a frame, JPEG; `tiles` as a sheet of so many columns. */
export function makeJpeg(filter: string): Buffer {
  const options = { maxBuffer: 4 * 1024 * 1024 };
  return execFileSync('ffmpeg', ['-loglevel', 'error', '-f', 'lavfi', '-i', filter, '-frames:v', '1', '-f', 'image2', '-c:v', 'mjpeg', 'pipe:1'], options);
}

/** A frame of a film, so many pixels wide, as JPEG or WebP. */
export function makeStill(path: string, atSeconds: number, width: number, codec: 'mjpeg' | 'libwebp'): Buffer {
  const options = { maxBuffer: 4 * 1024 * 1024 };
  const quality = codec === 'mjpeg' ? ['-q:v', '4'] : ['-quality', '75'];
  return execFileSync('ffmpeg', ['-loglevel', 'error', '-ss', String(atSeconds), '-i', path, '-frames:v', '1', '-vf', `scale=${width}:-2`, '-f', 'image2pipe', '-c:v', codec, ...quality, 'pipe:1'], options);
}

export type Maker = {
  subjects: Subject[];
  call<T>(method: string, path: string, body?: unknown): Promise<T>;
  addChannel(name: string): Promise<string>;
  /** Stores one; its id. */
  record(channelId: string, mp4: Buffer, seconds: number, over?: Partial<RecordingUpload>): Promise<string>;
  putPicture(id: string, kind: 'poster' | 'thumbnails', picture: Buffer, query?: string): Promise<void>;
  /** A frame of a film as its poster, in all widths. */
  putPoster(id: string, path: string, atSeconds: number): Promise<void>;
};

/** Signs in at a site that was started with `administratorSettings` and enrols a gather of its own there. */
export async function startMaker(siteUrl: string): Promise<Maker> {
  let cookie = '';
  const call = async <T>(method: string, path: string, body?: unknown): Promise<T> => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${siteUrl}${path}`, { method, headers: { 'content-type': 'application/json', cookie }, ...json });
    if (!response.ok) throw new Error(`${response.status} from ${path}: ${await response.text()}`);
    if (path === '/api/session') cookie = (response.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
    return (response.status === 204 ? undefined : await response.json()) as T;
  };
  await call('POST', '/api/session', { name: administratorSettings.LUBO_ADMIN_USER, password: administratorSettings.LUBO_ADMIN_PASSWORD });
  const { code } = await call<EnrolmentCode>('POST', '/api/enrolment-codes', { kind: 'gather' });
  const facts = { hostname: 'maker', os: 'Linux', ip: '10.0.0.9', mac: '00:11:22:33:44:66', version: '1' };
  const key = await call<Enrolment>('POST', '/api/agents', { kind: 'gather', code, facts });
  const authorization = `Bearer ${key.id}.${key.key}`;
  const { rows: subjects } = await call<{ rows: Subject[] }>('GET', '/api/subjects');
  const putPicture: Maker['putPicture'] = async (id, kind, picture, query = '') => {
    const headers = { authorization, 'content-type': query.startsWith('?width') ? 'image/webp' : 'image/jpeg' };
    const response = await fetch(`${siteUrl}/api/gather/recordings/${id}/${kind}${query}`, { method: 'PUT', headers, body: new Uint8Array(picture) });
    if (response.status !== 204) throw new Error(`${response.status} from ${kind}: ${await response.text()}`);
  };
  return {
    subjects,
    call,
    addChannel: async (name) => (await call<ChannelSettings>('POST', '/api/channels', { name, gatherId: key.id, isStarted: false, source: { mode: 'file', path: '/nowhere.mp4' } })).id,
    async record(channelId, mp4, seconds, over = {}) {
      const upload: RecordingUpload = {
        id: randomUUID(),
        channelId,
        lessonId: `hand-${randomUUID().replaceAll('-', '').slice(0, 12)}`,
        kind: 'hand',
        subjectId: null,
        teacherId: null,
        sliceIndex: 0,
        startedAt: new Date().toISOString(),
        durationMillis: seconds * 1000,
        size: mp4.length,
        sha256: createHash('sha256').update(mp4).digest('hex'),
        videoCodec: 'h264',
        audioCodec: 'aac',
        width: 640,
        height: 360,
        codecs: 'avc1.42c01e,mp4a.40.2',
        ...over,
      };
      const common = { authorization, 'tus-resumable': '1.0.0' };
      const metadata = `recording ${Buffer.from(JSON.stringify(upload)).toString('base64')}`;
      const begun = await fetch(`${siteUrl}/api/uploads`, { method: 'POST', headers: { ...common, 'upload-length': String(mp4.length), 'upload-metadata': metadata } });
      if (!begun.ok) throw new Error(`${begun.status} from uploads: ${await begun.text()}`);
      const headers = { ...common, 'content-type': 'application/offset+octet-stream', 'upload-offset': '0' };
      const sent = await fetch(`${siteUrl}/api/uploads/${upload.id}`, { method: 'PATCH', headers, body: new Uint8Array(mp4) });
      if (sent.status !== 204) throw new Error(`${sent.status} from upload: ${await sent.text()}`);
      return upload.id;
    },
    putPicture,
    async putPoster(id, path, atSeconds) {
      await putPicture(id, 'poster', makeStill(path, atSeconds, 640, 'mjpeg'));
      for (const width of pictureWidths) await putPicture(id, 'poster', makeStill(path, atSeconds, width, 'libwebp'), `?width=${width}`);
    },
  };
}
