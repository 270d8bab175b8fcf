// A gather's uploads for tests: recordings made from a seed, and the protocol's requests over a real connection, bare.
import { createHash, randomUUID } from 'node:crypto';
import { type Enrolment, type RecordingUpload, uploadsPath } from '@lubo/contract';
import { seededRandom } from './random.ts';

/** A recording of `size` bytes that are the same for the same seed. */
export function madeRecording(channelId: string, over: Partial<RecordingUpload> & { size?: number; seed?: number } = {}): { upload: RecordingUpload; bytes: Buffer } {
  const { seed = 1, size = 1000, ...rest } = over;
  const random = seededRandom(seed);
  const bytes = Buffer.from(Uint8Array.from({ length: size }, () => random() * 256));
  const upload: RecordingUpload = {
    id: randomUUID(),
    channelId,
    lessonId: 'hand-000000000001',
    kind: 'hand',
    subjectId: null,
    teacherId: null,
    sliceIndex: 0,
    startedAt: '2026-09-01T08:00:00.000Z',
    durationMillis: 60_000,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    videoCodec: 'h264',
    audioCodec: 'aac',
    width: 1280,
    height: 720,
    codecs: 'avc1.64001f,mp4a.40.2',
    ...rest,
    size,
  };
  return { upload, bytes };
}

/** Requests of the upload protocol with a gather's key. */
export type TusHand = {
  post(upload: RecordingUpload, headers?: Record<string, string>): Promise<Response>;
  head(id: string): Promise<Response>;
  patch(id: string, offset: number, bytes: Uint8Array, headers?: Record<string, string>): Promise<Response>;
  /** All of it, from where it stands; the last answer. */
  send(upload: RecordingUpload, bytes: Uint8Array): Promise<Response>;
};

export function tusHand(url: string, key: Enrolment): TusHand {
  const authorization = `Bearer ${key.id}.${key.key}`;
  const common = { authorization, 'tus-resumable': '1.0.0' };
  const hand: TusHand = {
    post: (upload, headers = {}) =>
      fetch(`${url}${uploadsPath}`, {
        method: 'POST',
        headers: { ...common, 'upload-length': String(upload.size), 'upload-metadata': `recording ${Buffer.from(JSON.stringify(upload)).toString('base64')}`, ...headers },
      }),
    head: (id) => fetch(`${url}${uploadsPath}/${id}`, { method: 'HEAD', headers: common }),
    patch: (id, offset, bytes, headers = {}) =>
      fetch(`${url}${uploadsPath}/${id}`, {
        method: 'PATCH',
        headers: { ...common, 'content-type': 'application/offset+octet-stream', 'upload-offset': String(offset), ...headers },
        body: new Uint8Array(bytes),
      }),
    async send(upload, bytes) {
      const begun = await hand.post(upload);
      const offset = Number(begun.headers.get('upload-offset'));
      return begun.ok && offset < bytes.length ? hand.patch(upload.id, offset, bytes.subarray(offset)) : begun;
    },
  };
  return hand;
}

/** The smallest thing that is a JPEG by its markers. */
export function tinyJpeg(width = 64, height = 36, filling = 0): Buffer {
  const frame = [0xff, 0xc0, 0, 11, 8, height >> 8, height & 255, width >> 8, width & 255, 1, 1, 0x11, 0];
  return Buffer.from([0xff, 0xd8, ...frame, 0xff, 0xda, 0, 8, 1, 1, 0, 0, 63, 0, filling, 0xff, 0xd9]);
}

/** The head of a lossy WebP, as far as its size, and a little more. */
export function tinyWebp(width: number, height: number): Buffer {
  const frame = [0x10, 0, 0, 0x9d, 0x01, 0x2a, width & 255, width >> 8, height & 255, height >> 8, 0, 0];
  const head = Buffer.from(`RIFF    WEBPVP8     `);
  head.writeUInt32LE(12 + frame.length, 4);
  head.writeUInt32LE(frame.length, 16);
  return Buffer.concat([head, Buffer.from(frame)]);
}
