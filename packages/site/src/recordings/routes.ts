// HTTP of the recordings' room: lists and changes by the contract, video and pictures beside it.
import { mediaPaths, routes } from '@lubo/contract';
import type { VolumeGroups } from '@lubo/storage';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Serve } from '../http/serve.ts';
import { validate } from '../http/serve.ts';
import type { Snapshots } from '../snapshots/snapshots.ts';
import { keysOf, posterKey } from '../storage/keys.ts';
import type { Play } from './play.ts';
import { type Recordings, noRecording } from './recordings.ts';
import type { Retention } from './retention.ts';
import { sendFile } from './video.ts';

export type RecordingRoutesOptions = {
  recordings: Recordings;
  retention: Retention;
  play: Play;
  groups: VolumeGroups;
  snapshots: Snapshots;
  /** Gives viewers the pass by which their views are told apart. */
  plays: { isPass(pass: string | undefined): boolean; newPass(): string; passSeconds: number };
  /** Whether the session of a token is an administrator's. */
  isAdmin(sessionToken: string | undefined): Promise<boolean>;
};

const forEver = 'public, max-age=31536000, immutable';

/** Registers the room's operations. */
export function recordingRoutes(app: FastifyInstance, serve: Serve, options: RecordingRoutesOptions): void {
  const { recordings, retention, play, plays, isAdmin } = options;
  serve(routes.listRecordings, ({ query }) => recordings.list(query));
  serve(routes.getRecording, ({ params }) => recordings.get(params.id));
  serve(routes.playRecording, async ({ params }, call) => {
    const info = await play.info(params.id, { mayDownload: await isAdmin(call.sessionToken) });
    if (!plays.isPass(call.passOf('viewer'))) call.setPass('viewer', { value: plays.newPass(), seconds: plays.passSeconds });
    return info;
  });
  serve(routes.listArchive, ({ query }) => recordings.listArchive(query));
  serve(routes.getArchived, ({ params }) => recordings.getArchived(params.id));
  serve(routes.editRecording, ({ params, body }) => recordings.edit(params.id, body));
  serve(routes.deleteRecording, ({ params }, call) => recordings.remove(params.id, call.person?.name ?? ''));
  serve(routes.previewArchiveChange, ({ body }) => recordings.preview(body.action, body.ids));
  serve(routes.changeArchive, ({ body }, call) => recordings.change(body.action, body.ids, call.person?.name ?? ''));
  serve(routes.getArchiveRules, () => retention.rules());
  serve(routes.setArchiveRules, ({ body }) => retention.setRules(body));
  serve(routes.previewRetention, ({ query }) => retention.preview(query.days));
  serve(routes.runRetention, () => retention.run());
  serveFiles(app, options);
}

function serveFiles(app: FastifyInstance, { play, groups, snapshots }: RecordingRoutesOptions): void {
  const method = ['GET', 'HEAD'];
  app.route({
    method,
    url: mediaPaths.video,
    async handler(request, reply) {
      const { token, download } = request.query as Record<string, string | undefined>;
      const isDownload = download !== undefined;
      const { volumeId, key, name } = await play.open(idOf(request), token, isDownload);
      return sendFile(request, reply, { volume: groups.volume(volumeId), key, type: 'video/mp4', cacheControl: 'private, max-age=3600', saveAs: isDownload ? name : undefined });
    },
  });
  for (const kind of ['poster', 'thumbnails'] as const) {
    app.route({
      method,
      url: mediaPaths[kind],
      async handler(request, reply) {
        const id = idOf(request);
        const width = kind === 'poster' ? (request.query as { width?: string }).width : undefined;
        const { volumeId } = await play.picture(id, kind, width);
        if (width !== undefined) return sendFile(request, reply, { volume: groups.volume(volumeId), key: posterKey(id, Number(width)), type: 'image/webp', cacheControl: forEver });
        return sendFile(request, reply, { volume: groups.volume(volumeId), key: keysOf(id)[kind], type: 'image/jpeg', cacheControl: forEver });
      },
    });
  }
  app.route({
    method,
    url: mediaPaths.snapshot,
    async handler(request, reply) {
      const { id } = request.params as { id: string };
      const { v, width: asked } = request.query as { v?: string; width?: string };
      const width = asked === undefined ? undefined : Number(asked);
      const found = await snapshots.read(id, width);
      if (found === undefined) return reply.callNotFound();
      const etag = width === undefined ? `"${found.version}"` : `"${found.version}-w${width}"`;
      void reply.headers({ etag, 'cache-control': v === found.version ? forEver : 'no-cache' });
      if (request.headers['if-none-match'] === etag) return reply.code(304).send();
      return reply.type(width === undefined ? 'image/jpeg' : 'image/webp').send(found.bytes);
    },
  });
}

function idOf(request: FastifyRequest): string {
  try {
    return (validate(routes.getRecording, { params: request.params, query: {}, body: undefined }).params as { id: string }).id;
  } catch {
    throw noRecording();
  }
}
