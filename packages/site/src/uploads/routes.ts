// HTTP of the uploads' room beside the protocol of uploads: state of a recording, pictures in.
import { AppError, IdParams, type Route, ThumbnailQuery, type Thumbnails, maxPictureBytes, picturePaths, routes } from '@lubo/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Gate, type Serve, validate } from '../http/serve.ts';
import { jpegSize } from './jpeg.ts';
import type { Pictures } from './pictures.ts';
import { serveUploads } from './protocol.ts';
import type { Uploads } from './uploads.ts';

export type UploadRoutesOptions = {
  gate: Gate;
  uploads: Uploads;
  pictures: Pictures;
  /** Throws AppError unless the channel is the gather's. */
  takeSnapshot(gatherId: string, channelId: string, jpeg: Uint8Array): Promise<void>;
};

type Path = `/api/${string}`;
type TakePicture = (gatherId: string, id: string, jpeg: Uint8Array, layout: Thumbnails) => Promise<void>;

/** Registers the room's operations. */
export function uploadRoutes(app: FastifyInstance, serve: Serve, { gate, uploads, pictures, takeSnapshot }: UploadRoutesOptions): void {
  serve(routes.uploadState, ({ params }, call) => uploads.state(call.gather?.id ?? '', params.id));
  serveUploads(app, gate, uploads);
  void app.register((scope, _options, done) => {
    scope.removeAllContentTypeParsers();
    scope.addContentTypeParser('image/jpeg', { parseAs: 'buffer', bodyLimit: maxPictureBytes }, (_request, body, parsed) => parsed(null, body));
    scope.addContentTypeParser('*', (_request, _payload, parsed) => parsed(noJpeg('the content type of a picture is image/jpeg')));
    const put = (path: Path, shapes: Pick<Route, 'params' | 'query'>, take: TakePicture): void => {
      const route: Route = { method: 'PUT', path, access: 'gather', summary: '', ...shapes };
      scope.put(path, { onRequest: async (request) => void (await gate.requireGather(request)), bodyLimit: maxPictureBytes }, async (request, reply) => {
        const { id: gatherId } = await gate.requireGather(request);
        const { params, query } = validate(route, request);
        await take(gatherId, (params as { id: string }).id, jpegIn(request), query as Thumbnails);
        return reply.code(204).header('cache-control', 'no-store').send();
      });
    };
    const { params } = routes.uploadState;
    put(picturePaths.snapshot, { params: IdParams }, takeSnapshot);
    put(picturePaths.poster, { params }, pictures.takePoster);
    put(picturePaths.thumbnails, { params, query: ThumbnailQuery }, pictures.takeThumbnails);
    done();
  });
}

function jpegIn(request: FastifyRequest): Buffer {
  const { body } = request;
  if (!Buffer.isBuffer(body) || jpegSize(body) === undefined) throw noJpeg('the body is no whole JPEG');
  return body;
}

function noJpeg(message: string): AppError {
  return new AppError('invalid', 'not-jpeg', `This is no picture: ${message}.`, { fields: [{ path: 'body', message }] });
}
