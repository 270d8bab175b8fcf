// Storage: groups of volumes (folders on disks) that keep recordings and pictures.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name } from './shape.ts';

/** Absolute path of a folder on the site's machine. */
const Place = z.string().trim().min(1).max(1024).regex(/^[^\p{Cc}]*$/u, 'control characters are not allowed');
const ReserveBytes = z.int().min(0).max(2 ** 50);

/** From a real write and read: full: only the reserve is left; away: unmounted or unreachable; failed: it refuses. */
export const VolumeState = z.enum(['ready', 'full', 'away', 'failed']);
export type VolumeState = z.infer<typeof VolumeState>;

/** Room in bytes, `null` where it can't be told now. */
const Room = z.object({ totalBytes: z.number().nullable(), freeBytes: z.number().nullable(), usedPercent: z.number().nullable() });

export const PlaceHealth = Room.extend({ state: VolumeState, detail: z.string() });
export type PlaceHealth = z.infer<typeof PlaceHealth>;

/** What the last look through a volume has found. Nothing of it is deleted by itself. */
export const VolumeCensus = z.object({
  lookedAt: Moment,
  /** Files that no recording names. */
  orphans: z.int(),
  orphanBytes: z.number(),
  /** Recordings whose file is not there. */
  missing: z.int(),
});
export type VolumeCensus = z.infer<typeof VolumeCensus>;

export const StorageVolume = PlaceHealth.extend({
  id: z.uuid(),
  groupId: Id,
  place: z.string(),
  reserveBytes: z.number(),
  census: VolumeCensus.nullable(),
  createdAt: Moment,
});
export type StorageVolume = z.infer<typeof StorageVolume>;

export const StorageGroup = Room.extend({ id: Id, name: z.string(), isDefault: z.boolean(), volumes: z.array(StorageVolume) });
export type StorageGroup = z.infer<typeof StorageGroup>;

const VolumeParams = z.object({ id: z.uuid() });

export const storageRoutes = {
  listStorage: route({
    method: 'GET',
    path: '/api/storage',
    access: 'admin',
    summary: 'All groups and volumes with their state and room.',
    response: z.object({ rows: z.array(StorageGroup) }),
  }),
  checkPlace: route({
    method: 'POST',
    path: '/api/storage/check',
    access: 'admin',
    changesNothing: true,
    summary: 'Tests a folder before it becomes a volume: writes, reads and removes a file.',
    body: z.object({ place: Place }),
    response: PlaceHealth,
  }),
  addStorageGroup: route({ method: 'POST', path: '/api/storage/groups', access: 'admin', summary: 'Adds a group, empty.', body: z.object({ name: Name }), response: StorageGroup, status: 201 }),
  editStorageGroup: route({
    method: 'PATCH',
    path: '/api/storage/groups/:id',
    access: 'admin',
    summary: 'Renames a group, or makes it the one for new recordings.',
    params: IdParams,
    body: z.object({ name: Name, isDefault: z.literal(true) }).partial(),
    response: StorageGroup,
  }),
  removeStorageGroup: route({ method: 'DELETE', path: '/api/storage/groups/:id', access: 'admin', summary: 'Removes a group that has no volumes and is not the default.', params: IdParams }),
  addVolume: route({
    method: 'POST',
    path: '/api/storage/volumes',
    access: 'admin',
    summary: 'Makes a folder a volume of a group, or finds a volume again that was mounted elsewhere.',
    body: z.object({ groupId: Id, place: Place, reserveBytes: ReserveBytes.optional() }),
    response: StorageVolume,
    status: 201,
  }),
  editVolume: route({
    method: 'PATCH',
    path: '/api/storage/volumes/:id',
    access: 'admin',
    summary: 'Changes how much of a volume stays free.',
    params: VolumeParams,
    body: z.object({ reserveBytes: ReserveBytes }),
    response: StorageVolume,
  }),
  removeVolume: route({ method: 'DELETE', path: '/api/storage/volumes/:id', access: 'admin', summary: 'Takes an empty volume out; its folder stays.', params: VolumeParams }),
  checkVolume: route({ method: 'POST', path: '/api/storage/volumes/:id/check', access: 'admin', summary: 'Tests a volume.', params: VolumeParams, response: StorageVolume }),
};
