// Stored files over HTTP: whole or a range (RFC 9110), straight from the volume. As much is read as is taken, and whoever goes away
// closes the file.
import type { Reading, Store } from '@lubo/storage';
import { contentRange, readRangeHeader, spanOf } from '@lubo/storage';
import type { FastifyReply, FastifyRequest } from 'fastify';

export type FileAnswer = {
  volume: Store;
  key: string;
  type: string;
  cacheControl: string;
  /** Given to those who save the file. */
  saveAs?: string | undefined;
};

/** Answers GET and HEAD. Rejects with the storage's faults; a range outside the file is answered with 416. */
export async function sendFile(request: FastifyRequest, reply: FastifyReply, { volume, key, type, cacheControl, saveAs }: FileAnswer): Promise<FastifyReply> {
  const object = await volume.head(key);
  if (object === undefined) return openAnd(reply, await volume.get(key));
  const etag = `"${object.etag}"`;
  void reply.headers({ etag, 'last-modified': object.modified.toUTCString(), 'accept-ranges': 'bytes', 'cache-control': cacheControl });
  if (saveAs !== undefined) void reply.header('content-disposition', disposition(saveAs));
  if (isUnchanged(request, etag)) return reply.code(304).send();
  const range = mayTakeRange(request, etag) ? readRangeHeader(request.headers.range) : undefined;
  const span = spanOf(range, object.size);
  if (span === undefined) return reply.code(416).header('content-range', contentRange(undefined, object.size)).send();
  void reply.type(type).header('content-length', span.end - span.from).code(range === undefined ? 200 : 206);
  if (range !== undefined) void reply.header('content-range', contentRange(span, object.size));
  if (request.method === 'HEAD') return reply.send();
  return openAnd(reply, await volume.get(key, range));
}

function openAnd(reply: FastifyReply, { body }: Reading): FastifyReply {
  // A caller that is gone already would leave the file open.
  if (reply.raw.destroyed) body.destroy();
  return reply.send(body);
}

function isUnchanged({ headers }: FastifyRequest, etag: string): boolean {
  const tags = headers['if-none-match'];
  return tags !== undefined && (tags.trim() === '*' || tags.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag));
}

/** With `If-Range`, a part is sent only of the very file that the caller has the rest of. */
function mayTakeRange({ headers }: FastifyRequest, etag: string): boolean {
  const condition = headers['if-range'];
  return condition === undefined || condition === etag;
}

/** RFC 6266: a plain name for old programs, the whole name for others. */
function disposition(name: string): string {
  const plain = name.replace(/[^\x20-\x7e]|["\\%]/g, '_');
  return `attachment; filename="${plain}"; filename*=UTF-8''${encodeURIComponent(name).replace(/['()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`)}`;
}
