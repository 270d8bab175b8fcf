// Portraits: known by their bytes, kept in the database, served with a version that browsers may keep for ever.
import { createHash } from 'node:crypto';
import { IdParams, maxPortraitBytes, portraitPath, wrongFields } from '@lubo/contract';
import type { FastifyInstance } from 'fastify';
import type { Db } from '../db/tables.ts';
import { sendNotFound } from '../http/problems.ts';

export type Portrait = { picture: Uint8Array; picture_type: string; picture_version: string };
export type NoPortrait = { [K in keyof Portrait]: null };

/** What is stored for this base64 text. Throws AppError with the field when it is no JPEG, PNG or WebP, or too large. */
export function portraitOf(base64: string | null): Portrait | NoPortrait {
  if (base64 === null) return { picture: null, picture_type: null, picture_version: null };
  const picture = Buffer.from(base64, 'base64');
  const type = pictureType(picture);
  if (type === undefined) throw wrongFields({ path: 'body.picture', message: 'is neither JPEG nor PNG nor WebP', code: 'no-picture' });
  if (picture.length > maxPortraitBytes) throw wrongFields({ path: 'body.picture', message: `is larger than ${maxPortraitBytes} bytes`, code: 'picture-too-large' });
  return { picture, picture_type: type, picture_version: createHash('sha256').update(picture).digest('hex').slice(0, 12) };
}

/** Media type by the first bytes: JPEG (ITU-T T.81 B.1.1), PNG (§ 5.2), WebP (RFC 9649 § 2.5). */
export function pictureType(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.subarray(0, 16)).toString('latin1');
  if (text.startsWith('\xff\xd8\xff')) return 'image/jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png';
  return text.startsWith('RIFF') && text.slice(8, 12) === 'WEBP' ? 'image/webp' : undefined;
}

/** The address of a teacher's portrait, the version with it. */
export function portraitUrl(id: string, version: string): string {
  return `${portraitPath.replace(':id', id)}?v=${version}`;
}

/** Serves them to anyone: a teacher's picture stands beside recordings. */
export function servePortraits(app: FastifyInstance, db: Db): void {
  app.get(portraitPath, async (request, reply) => {
    const params = IdParams.safeParse(request.params);
    const row = params.success
      ? await db.selectFrom('teachers').select(['picture', 'picture_type', 'picture_version']).where('id', '=', params.data.id).executeTakeFirst()
      : undefined;
    if (row === undefined || row.picture === null || row.picture_type === null) return sendNotFound(reply);
    const isThis = (request.query as { v?: unknown }).v === row.picture_version;
    const cache = isThis ? 'public, max-age=31536000, immutable' : 'no-cache';
    return reply.header('cache-control', cache).type(row.picture_type).send(Buffer.from(row.picture));
  });
}
