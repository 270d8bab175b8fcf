// The site's side of uploads in memory, for tests: it dies, cuts, spoils and forgets wherever its seed says so, as a real one may.
import { createHash } from 'node:crypto';
import { RecordingUpload, uploadsPath } from '@lubo/contract';
import type { SiteAnswer, SiteHttp, SiteRequest } from './site-http.ts';

export type FakeStorage = SiteHttp & {
  /** Recordings with a row: their bytes. */
  readonly rows: Map<string, Buffer>;
  /** How often a row was made for each. */
  readonly inserted: Map<string, number>;
  readonly deleted: Set<string>;
  /** Every request that came, as `PATCH /api/uploads/…`. */
  readonly requests: string[];
  /** Answers instead of the storage; `undefined`: the storage answers. */
  answerWith(answer: ((request: SiteRequest) => Partial<SiteAnswer> | 'cut' | undefined) | undefined): void;
};

/** `chance` of each kind of trouble at each request, 0 to 1; `random` gives 0 … 1. */
export function createFakeStorage({ chance = 0, random = () => 1 }: { chance?: number; random?: () => number } = {}): FakeStorage {
  const uploads = new Map<string, { upload: RecordingUpload; bytes: Buffer }>();
  /** Checked files whose row is not there yet: the site died in between. */
  const files = new Map<string, Buffer>();
  const rows = new Map<string, Buffer>();
  const inserted = new Map<string, number>();
  const deleted = new Set<string>();
  const requests: string[] = [];
  let override: ((request: SiteRequest) => Partial<SiteAnswer> | 'cut' | undefined) | undefined;
  const strikes = (): boolean => random() < chance;

  const insert = (id: string): void => {
    const file = files.get(id);
    if (file === undefined || rows.has(id)) return;
    rows.set(id, file);
    inserted.set(id, (inserted.get(id) ?? 0) + 1);
    uploads.delete(id);
  };

  const finish = (id: string): SiteAnswer => {
    const entry = uploads.get(id);
    if (entry === undefined) return answer(404, 'upload-not-found');
    const { upload, bytes } = entry;
    if (createHash('sha256').update(bytes).digest('hex') !== upload.sha256) {
      uploads.delete(id);
      return answer(460, 'checksum-mismatch');
    }
    files.set(id, Buffer.from(bytes));
    if (strikes()) cut();
    insert(id);
    if (strikes()) cut();
    return answer(204, '', { 'upload-offset': String(upload.size) });
  };

  const post = (request: SiteRequest): SiteAnswer => {
    const metadata = String(request.headers?.['upload-metadata']).split(' ')[1] ?? '';
    const upload = RecordingUpload.parse(JSON.parse(Buffer.from(metadata, 'base64').toString()));
    const { id, size } = upload;
    if (deleted.has(id)) return answer(410, 'recording-deleted');
    insert(id);
    if (rows.has(id)) return answer(201, '', { 'upload-offset': String(size) });
    if (!uploads.has(id)) uploads.set(id, { upload, bytes: Buffer.alloc(0) });
    const offset = uploads.get(id)?.bytes.length ?? 0;
    if (strikes()) cut();
    return offset === size ? finishAt(id, size) : answer(201, '', { 'upload-offset': String(offset) });
  };
  const finishAt = (id: string, size: number): SiteAnswer => {
    const done = finish(id);
    return done.status === 204 ? answer(201, '', { 'upload-offset': String(size) }) : done;
  };

  const patch = async (request: SiteRequest, id: string): Promise<SiteAnswer> => {
    const entry = uploads.get(id);
    if (entry === undefined) return answer(404, 'upload-not-found');
    const before = entry.bytes.length;
    if (Number(request.headers?.['upload-offset']) !== before) return answer(409, 'offset-mismatch');
    const cutAt = strikes() ? before + Math.floor(random() * (entry.upload.size - before)) : Infinity;
    for await (const piece of request.body as AsyncIterable<Uint8Array>) {
      if (request.signal.aborted) cut();
      const bytes = Buffer.from(piece);
      if (strikes() && random() < 0.05) bytes[0] = (bytes[0] ?? 0) ^ 1;
      entry.bytes = Buffer.concat([entry.bytes, bytes]);
      if (entry.bytes.length < cutAt) continue;
      // Killed, it may lose what was not synced; else it keeps what came.
      const kept = random() < 0.5 ? cutAt : before + Math.floor(random() * (cutAt - before));
      entry.bytes = entry.bytes.subarray(0, kept);
      cut();
    }
    return entry.bytes.length < entry.upload.size ? answer(204, '', { 'upload-offset': String(entry.bytes.length) }) : finish(id);
  };

  return {
    rows,
    inserted,
    deleted,
    requests,
    answerWith: (next) => void (override = next),
    close() {},
    async request(request) {
      requests.push(`${request.method} ${request.path}`);
      const other = override?.(request);
      if (other === 'cut') cut();
      if (other !== undefined) return { ...answer(500, ''), ...other };
      if (strikes()) cut();
      if (strikes()) return answer(503, 'storage-away', { 'retry-after': '10' });
      const id = request.path.split('/')[3] ?? '';
      const recordingId = request.path.split('/')[4] ?? '';
      if (request.path === uploadsPath) return post(request);
      if (request.path.startsWith(`${uploadsPath}/`)) return patch(request, id);
      insert(recordingId);
      const row = rows.get(recordingId);
      const sha256 = row === undefined ? '' : createHash('sha256').update(row).digest('hex');
      const state = deleted.has(recordingId) ? 'deleted' : row === undefined ? 'unknown' : 'stored';
      return answer(200, '', {}, JSON.stringify({ id: recordingId, state, size: row?.length ?? 0, sha256 }));
    },
  };
}

function answer(status: number, code: string, headers: SiteAnswer['headers'] = {}, text = ''): SiteAnswer {
  return { status, code, headers, text, detail: code };
}

function cut(): never {
  throw new Error('the connection was cut');
}
