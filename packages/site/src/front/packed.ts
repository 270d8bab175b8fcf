// A text ready to be sent to many: its bytes, packed once for those who take gzip, and its tag.
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import type { FastifyReply, FastifyRequest } from 'fastify';

export type Packed = { bytes: Buffer; gzipped: Buffer; etag: string };

const gzipped = promisify(gzip);

/** Packs a text. */
export async function pack(text: string): Promise<Packed> {
  const bytes = Buffer.from(text);
  const etag = `W/"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { bytes, gzipped: await gzipped(bytes, { level: 5 }), etag };
}

/** Sends it, or says that the caller has it already. */
export function sendPacked(request: FastifyRequest, reply: FastifyReply, { bytes, gzipped: small, etag }: Packed, { type, vary = 'accept-encoding' }: { type: string; vary?: string }): FastifyReply {
  void reply.headers({ etag, vary, 'cache-control': 'no-cache', 'content-type': type });
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  if (!/\bgzip\b/.test(request.headers['accept-encoding'] ?? '')) return reply.send(bytes);
  return reply.header('content-encoding', 'gzip').send(small);
}
