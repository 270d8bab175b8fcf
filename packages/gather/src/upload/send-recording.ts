// One try to bring one recording to the site (tus 1.0.0): announce, send from where the site stands, have it confirmed.
import { RecordingUpload, UploadState, uploadsPath } from '@lubo/contract';
import type { SliceInfo, StandardMp4 } from '../recorder/slice-store.ts';
import type { RateLimit } from './rate-limit.ts';
import type { SiteAnswer, SiteHttp } from './site-http.ts';

/**
 * stored, deleted: the site needs no more of it; site: no answer, or one that holds for every recording; recording: the site
 * refuses this one; disk: this machine can't read it.
 */
export type SendResult = { type: 'stored' | 'deleted' } | { type: 'site' | 'recording' | 'disk'; reason: string; retrySeconds?: number | undefined };

export type SendOptions = {
  http: SiteHttp;
  limit: RateLimit;
  slice: SliceInfo;
  open(id: string): Promise<StandardMp4>;
  signal: AbortSignal;
  /** The site has `sent` of `total` bytes, as far as this side knows. */
  onProgress(sent: number, total: number): void;
};

/** A fault of this machine's disk, told from one of the line. */
class DiskFault extends Error {}

/** Tries once; never rejects. */
export async function sendRecording(options: SendOptions): Promise<SendResult> {
  const { slice, open } = options;
  let file: StandardMp4 | undefined;
  try {
    file = await onDisk(open(slice.id));
    return await send(options, file, await onDisk(file.sha256()));
  } catch (error) {
    const reason = error instanceof Error ? error.message || error.name : String(error);
    return { type: error instanceof DiskFault ? 'disk' : 'site', reason };
  } finally {
    await file?.close().catch(() => {});
  }
}

async function send({ http, limit, slice, signal, onProgress }: SendOptions, file: StandardMp4, sha256: string): Promise<SendResult> {
  const { bytes: _onDisk, ...told } = slice;
  const upload = RecordingUpload.parse({ ...told, size: file.size, sha256 });
  const metadata = `recording ${Buffer.from(JSON.stringify(upload)).toString('base64')}`;
  const begun = await http.request({ method: 'POST', path: uploadsPath, headers: { ...tus, 'upload-length': upload.size, 'upload-metadata': metadata }, signal });
  if (begun.status !== 201) return refused(begun);
  let offset = offsetIn(begun, upload.size);
  onProgress(offset, upload.size);
  if (offset < upload.size) {
    const pieces = paced(file, offset, limit, signal, (at) => onProgress(at, upload.size));
    const headers = { ...tus, 'content-type': 'application/offset+octet-stream', 'upload-offset': offset, 'content-length': upload.size - offset };
    const taken = await http.request({ method: 'PATCH', path: `${uploadsPath}/${upload.id}`, headers, body: pieces.body, signal });
    if (pieces.fault() !== undefined) throw pieces.fault();
    if (taken.status !== 204) return refused(taken);
    offset = offsetIn(taken, upload.size);
    if (offset < upload.size) return { type: 'site', reason: `the site has ${offset} of ${upload.size} bytes` };
  }
  return confirm(http, upload, signal);
}

/** Only the site's own word that it has stored these very bytes counts. */
async function confirm(http: SiteHttp, { id, size, sha256 }: RecordingUpload, signal: AbortSignal): Promise<SendResult> {
  const answer = await http.request({ method: 'GET', path: `/api/gather/recordings/${id}`, signal });
  if (answer.status !== 200) return refused(answer);
  const state = UploadState.parse(JSON.parse(answer.text));
  if (state.state === 'deleted') return { type: 'deleted' };
  if (state.state === 'stored' && state.size === size && state.sha256 === sha256) return { type: 'stored' };
  return { type: 'site', reason: `the site has taken all bytes and says the recording is ${state.state}` };
}

const tus = { 'tus-resumable': '1.0.0' };

function offsetIn({ headers }: SiteAnswer, size: number): number {
  const offset = Number(headers['upload-offset']);
  if (!Number.isSafeInteger(offset) || offset < 0 || offset > size) throw new RangeError('the site tells no offset of this upload');
  return offset;
}

function refused({ status, code, detail, headers }: SiteAnswer): SendResult {
  if (code === 'recording-deleted') return { type: 'deleted' };
  const after = Number(headers['retry-after']);
  const retrySeconds = Number.isFinite(after) && after > 0 ? Math.min(after, 600) : undefined;
  // Another's writing, or a part that came elsewhere than the upload stands, is over with the next try.
  const isOwn = status >= 400 && status < 500 && ![401, 408, 409, 429, 460].includes(status) && code !== '';
  return { type: isOwn ? 'recording' : 'site', reason: detail, retrySeconds };
}

/** The file's bytes at the pace of the limit. A fault of the disk ends the request, and is kept for who asks why. */
function paced(file: StandardMp4, from: number, limit: RateLimit, signal: AbortSignal, onSent: (at: number) => void) {
  let fault: DiskFault | undefined;
  async function* body(): AsyncGenerator<Uint8Array> {
    let at = from;
    try {
      for await (const chunk of file.stream(from)) {
        for (let start = 0; start < chunk.length; ) {
          const piece = chunk.subarray(start, start + limit.pieceBytes());
          await limit.take(piece.length, signal);
          if (signal.aborted) return;
          yield piece;
          start += piece.length;
          at += piece.length;
          onSent(at);
        }
      }
    } catch (error) {
      fault = new DiskFault(error instanceof Error ? error.message : String(error), { cause: error });
      throw fault;
    }
  }
  return { body: body(), fault: () => fault };
}

async function onDisk<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (cause) {
    throw new DiskFault(cause instanceof Error ? cause.message : String(cause), { cause });
  }
}
