// HTTP of the storage room.
import { routes } from '@lubo/contract';
import type { Serve } from '../http/serve.ts';
import type { Storage } from './storage.ts';

/** Registers the room's operations. */
export function storageRoutes(serve: Serve, storage: Storage): void {
  serve(routes.listStorage, async () => ({ rows: await storage.list() }));
  serve(routes.checkPlace, ({ body }) => storage.checkPlace(body.place));
  serve(routes.addStorageGroup, ({ body }) => storage.addGroup(body.name));
  serve(routes.editStorageGroup, ({ params, body }) => storage.editGroup(params.id, body));
  serve(routes.removeStorageGroup, ({ params }) => storage.removeGroup(params.id));
  serve(routes.addVolume, ({ body }) => storage.addVolume(body));
  serve(routes.editVolume, ({ params, body }) => storage.editVolume(params.id, body.reserveBytes));
  serve(routes.removeVolume, ({ params }) => storage.removeVolume(params.id));
  serve(routes.checkVolume, ({ params }) => storage.volume(params.id));
}
