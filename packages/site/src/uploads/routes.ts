// HTTP of the uploads' room beside the protocol of uploads: state of a recording, pictures in.
import { AppError, IdParams, PictureQuery, type Route, SnapshotQuery, ThumbnailQuery, type Thumbnails, maxPictureBytes, picturePaths, routes } from '@lubo/contract';
import { jpegSize } from '@lubo/contract/jpeg';
import { webpSize } from '@lubo/contract/webp';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Gate, type Serve, validate } from '../http/serve.ts';
import type { Pictures } from './pictures.ts';
import { serveUploads } from './protocol.ts';
import type { Uploads } from './uploads.ts';

export type UploadRoutesOptions = {
  gate: Gate;
  uploads: Uploads;
  pictures: Pictures;
  /** Throws AppError unless the channel is the gather's. */
  takeSnapshot(gatherId: string, channelId: string, picture: SnapshotPart): Promise<void>;
};

/** The JPEG of a snapshot, or the same as WebP; `set` says what belongs together. */
export type SnapshotPart = { set: string } & ({ jpeg: Uint8Array } | { webp: Uint8Array; width: number });

type Path = `/api/${string}`;
type TakePicture<Q> = (gatherId: string, id: string, request: FastifyRequest, query: Q) => Promise<void>;

/** Registers the room's operations. */
export function uploadRoutes(app: FastifyInstance, serve: Serve, { gate, uploads, pictures, takeSnapshot }: UploadRoutesOptions): void {
  serve(routes.uploadState, ({ params }, call) => uploads.state(call.gather?.id ?? '', params.id));
  serveUploads(app, gate, uploads);
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser(['image/jpeg', 'image/webp'], { parseAs: 'buffer', bodyLimit: maxPictureBytes }, (_request, body, parsed) => parsed(null, body));
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(noJpeg('the content type of a picture is image/jpeg')));
    const put = <Q>(path: Path, shapes: Pick<Route, 'params' | 'query'>, take: TakePicture<Q>): void => {
      const route: Route = { method: 'PUT', path, access: 'gather', summary: '', ...shapes };
      scope.put(path, { onRequest: async (request) => void (await gate.requireGather(request)), bodyLimit: maxPictureBytes }, async (request, reply) => {
        const { id: gatherId } = await gate.requireGather(request);
        const { params, query } = validate(route, request);
        await take(gatherId, (params as { id: string }).id, request, query as Q);
        return reply.code(204).header('cache-control', 'no-store').send();
      });
    };
    const { params } = routes.uploadState;
    put<SnapshotQuery>(picturePaths.snapshot, { params: IdParams, query: SnapshotQuery }, (gatherId, id, request, { width, set = '' }) =>
      takeSnapshot(gatherId, id, width === undefined ? { set, jpeg: jpegIn(request) } : { set, webp: webpIn(request, width), width }),
    );
    put<PictureQuery>(picturePaths.poster, { params, query: PictureQuery }, (gatherId, id, request, { width }) =>
      width === undefined ? pictures.takePoster(gatherId, id, jpegIn(request)) : pictures.takePosterWidth(gatherId, id, webpIn(request, width), width),
    );
    put<Thumbnails>(picturePaths.thumbnails, { params, query: ThumbnailQuery }, (gatherId, id, request, layout) => pictures.takeThumbnails(gatherId, id, jpegIn(request), layout));
    done();
  });
}

function jpegIn(request: FastifyRequest): Buffer {
  const { body } = request;
  if (!Buffer.isBuffer(body) || jpegSize(body) === undefined) throw noJpeg('the body is no whole JPEG');
  return body;
}

function webpIn({ body }: FastifyRequest, width: number): Buffer {
  const size = Buffer.isBuffer(body) ? webpSize(body) : undefined;
  if (!Buffer.isBuffer(body) || size?.width !== width) {
    const message = size === undefined ? 'the body is no whole lossy WebP' : `it is ${size.width} pixels wide, not ${width}`;
    throw new AppError('invalid', 'not-webp', `This is no picture: ${message}.`, { fields: [{ path: 'body', message, code: 'format' }] });
  }
  return body;
}

function noJpeg(message: string): AppError {
  return new AppError('invalid', 'not-jpeg', `This is no picture: ${message}.`, { fields: [{ path: 'body', message, code: 'format' }] });
}
