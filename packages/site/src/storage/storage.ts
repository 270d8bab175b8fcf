// The site's storage: volumes of the table opened, groups and volumes added and taken out while it runs.
import { isAbsolute, relative, resolve } from 'node:path';
import { AppError, type PlaceHealth, type StorageGroup, type StorageVolume, type VolumeCensus, wrongFields } from '@lubo/contract';
import { type Health, type VolumeGroups, type VolumeReport, createVolumeGroups, initDiskVolume, openDiskVolume } from '@lubo/storage';
import type { Db, Tables } from '../db/tables.ts';
import { newId } from '../id.ts';
import { nameTaken } from '../school/name-taken.ts';
import { type Clock, momentOf } from '../time.ts';
import { checkFolder } from './place.ts';

export type StorageOptions = { db: Db; clock: Clock; defaultReserveBytes: number };

export type Storage = {
  readonly groups: VolumeGroups;
  /** The group for new recordings. */
  defaultGroup(): Promise<string>;
  list(): Promise<StorageGroup[]>;
  checkPlace(place: string): Promise<PlaceHealth>;
  addGroup(name: string): Promise<StorageGroup>;
  editGroup(id: string, change: { name?: string | undefined; isDefault?: true | undefined }): Promise<StorageGroup>;
  removeGroup(id: string): Promise<void>;
  addVolume(volume: { groupId: string; place: string; reserveBytes?: number | undefined }): Promise<StorageVolume>;
  editVolume(id: string, reserveBytes: number): Promise<StorageVolume>;
  /** Refused with `volume-in-use` while anything is kept on it. */
  removeVolume(id: string): Promise<void>;
  volume(id: string): Promise<StorageVolume>;
  /** What a look through a volume has found. */
  noteCensus(volumeId: string, census: VolumeCensus): void;
};

type VolumeRow = Tables['volumes'];

/** Opens the volumes of the table; at the first start `firstFolder` becomes the first of them. Rejects if it can't. */
export async function openStorage(options: StorageOptions, firstFolder: string): Promise<Storage> {
  const { db, clock, defaultReserveBytes } = options;
  const groups = createVolumeGroups();
  const censuses = new Map<string, VolumeCensus>();
  const open = ({ id, group_id, place, reserve_bytes }: VolumeRow): void =>
    groups.add({ groupId: group_id, store: openDiskVolume({ folder: place, id }), reserveBytes: reserve_bytes });

  const defaultGroup = async (): Promise<string> =>
    (await db.selectFrom('storage_groups').select('id').where('is_default', '=', 1).executeTakeFirstOrThrow()).id;

  async function insertVolume(groupId: string, place: string, reserveBytes: number): Promise<VolumeRow> {
    const id = await initDiskVolume(place);
    const row: VolumeRow = { id, group_id: groupId, kind: 'disk', place, reserve_bytes: reserveBytes, created_at: momentOf(clock.now()) };
    const known = await db.selectFrom('volumes').selectAll().where('id', '=', id).executeTakeFirst();
    if (known === undefined) {
      await db.insertInto('volumes').values(row).execute();
      open(row);
      return row;
    }
    const { state } = await groups.volume(id).check();
    if (state !== 'away') throw new AppError('conflict', 'volume-known', `This volume is in use already, in ${known.place}.`);
    const moved = { ...known, place };
    await db.updateTable('volumes').set({ place }).where('id', '=', id).execute();
    open(moved);
    return moved;
  }

  for (const row of await db.selectFrom('volumes').selectAll().execute()) open(row);
  const first = await db.selectFrom('volumes').select('id').limit(1).executeTakeFirst();
  if (first === undefined) await insertVolume(await defaultGroup(), resolve(firstFolder), defaultReserveBytes);

  const viewOf = (row: VolumeRow, report: VolumeReport | undefined): StorageVolume => ({
    id: row.id,
    groupId: row.group_id,
    place: row.place,
    reserveBytes: row.reserve_bytes,
    census: censuses.get(row.id) ?? null,
    createdAt: row.created_at,
    ...healthOf(report ?? { state: 'away', detail: 'the volume is not open', totalBytes: undefined, freeBytes: undefined }),
  });

  async function list(): Promise<StorageGroup[]> {
    const reports = new Map((await groups.report()).map((report) => [report.volumeId, report]));
    const volumes = await db.selectFrom('volumes').selectAll().orderBy('created_at').orderBy('id').execute();
    const rows = await db.selectFrom('storage_groups').selectAll().orderBy('created_at').orderBy('id').execute();
    return rows.map((row) => groupOf(row, volumes.filter((volume) => volume.group_id === row.id).map((volume) => viewOf(volume, reports.get(volume.id)))));
  }

  async function group(id: string): Promise<StorageGroup> {
    const found = (await list()).find((each) => each.id === id);
    if (found === undefined) throw new AppError('not-found', 'group-not-found', 'There is no such storage group.');
    return found;
  }

  async function requireVolume(id: string): Promise<VolumeRow> {
    const row = await db.selectFrom('volumes').selectAll().where('id', '=', id).executeTakeFirst();
    if (row === undefined) throw new AppError('not-found', 'volume-not-found', 'There is no such volume.');
    return row;
  }

  async function requireName(name: string, ownId: string): Promise<void> {
    const other = await db.selectFrom('storage_groups').select('id').where('name', '=', name).where('id', '<>', ownId).executeTakeFirst();
    if (other !== undefined) throw nameTaken('body.name');
  }

  const volume = async (id: string): Promise<StorageVolume> => {
    const row = await requireVolume(id);
    return viewOf(row, (await groups.report()).find(({ volumeId }) => volumeId === id));
  };

  return {
    groups,
    defaultGroup,
    list,
    volume,
    checkPlace: async (place) => healthOf(await checkFolder(absolute(place))),
    async addGroup(name) {
      await requireName(name, '');
      const id = newId();
      await db.insertInto('storage_groups').values({ id, name, is_default: 0, created_at: momentOf(clock.now()) }).execute();
      return group(id);
    },
    async editGroup(id, { name, isDefault }) {
      const found = await group(id);
      if (name !== undefined) await requireName(name, id);
      if (isDefault && found.volumes.length === 0) throw new AppError('conflict', 'group-empty', 'A group without volumes can hold no recordings.');
      await db.transaction().execute(async (trx) => {
        if (name !== undefined) await trx.updateTable('storage_groups').set({ name }).where('id', '=', id).execute();
        if (!isDefault) return;
        await trx.updateTable('storage_groups').set({ is_default: 0 }).execute();
        await trx.updateTable('storage_groups').set({ is_default: 1 }).where('id', '=', id).execute();
      });
      return group(id);
    },
    async removeGroup(id) {
      const found = await group(id);
      if (found.isDefault) throw new AppError('conflict', 'group-default', 'New recordings go to this group; choose another for them first.');
      if (found.volumes.length > 0) throw new AppError('conflict', 'group-in-use', 'This group has volumes; take them out first.');
      await db.deleteFrom('storage_groups').where('id', '=', id).execute();
    },
    async addVolume({ groupId, place, reserveBytes }) {
      const known = await db.selectFrom('storage_groups').select('id').where('id', '=', groupId).executeTakeFirst();
      if (known === undefined) throw wrongFields({ path: 'body.groupId', message: 'there is no such storage group', code: 'unknown' });
      const folder = absolute(place);
      const rows = await db.selectFrom('volumes').select(['id', 'place']).execute();
      if (rows.some((row) => row.place === folder)) throw new AppError('conflict', 'place-taken', 'This folder is a volume already.');
      if (rows.some((row) => isWithin(row.place, folder) || isWithin(folder, row.place))) throw wrongPlace('it lies inside another volume, or another volume inside it');
      const health = await checkFolder(folder);
      if (health.state === 'away' || health.state === 'failed') throw wrongPlace(health.detail);
      return volume((await insertVolume(groupId, folder, reserveBytes ?? defaultReserveBytes)).id);
    },
    async editVolume(id, reserveBytes) {
      const row = { ...(await requireVolume(id)), reserve_bytes: reserveBytes };
      await db.updateTable('volumes').set({ reserve_bytes: reserveBytes }).where('id', '=', id).execute();
      groups.add({ groupId: row.group_id, store: groups.volume(id), reserveBytes });
      return volume(id);
    },
    async removeVolume(id) {
      await requireVolume(id);
      const users = ['recordings', 'uploads', 'garbage'] as const;
      await db.transaction().execute(async (trx) => {
        for (const table of users) {
          const used = await trx.selectFrom(table).select('volume_id').where('volume_id', '=', id).limit(1).executeTakeFirst();
          if (used !== undefined) throw new AppError('conflict', 'volume-in-use', 'Recordings are kept on this volume.');
        }
        await trx.deleteFrom('volumes').where('id', '=', id).execute();
      });
      groups.remove(id);
      censuses.delete(id);
    },
    noteCensus: (volumeId, census) => void censuses.set(volumeId, census),
  };
}

function groupOf({ id, name, is_default }: Tables['storage_groups'], volumes: StorageVolume[]): StorageGroup {
  const sum = (pick: (volume: StorageVolume) => number | null): number => volumes.reduce((total, volume) => total + (pick(volume) ?? 0), 0);
  const isKnown = volumes.some(({ totalBytes }) => totalBytes !== null);
  const room = isKnown ? { totalBytes: sum((volume) => volume.totalBytes), freeBytes: sum((volume) => volume.freeBytes) } : {};
  return { id, name, isDefault: is_default === 1, volumes, ...roomOf(room) };
}

type KnownRoom = { totalBytes?: number | undefined; freeBytes?: number | undefined };

function roomOf({ totalBytes, freeBytes }: KnownRoom): Pick<PlaceHealth, 'totalBytes' | 'freeBytes' | 'usedPercent'> {
  const isKnown = totalBytes !== undefined && freeBytes !== undefined && totalBytes > 0;
  const usedPercent = isKnown ? Math.round(((totalBytes - freeBytes) / totalBytes) * 1000) / 10 : null;
  return { totalBytes: totalBytes ?? null, freeBytes: freeBytes ?? null, usedPercent };
}

function healthOf({ state, detail, ...room }: Health): PlaceHealth {
  return { state, detail, ...roomOf(room) };
}

function absolute(place: string): string {
  if (!isAbsolute(place)) throw wrongPlace('it is not an absolute path');
  return resolve(place);
}

function isWithin(outer: string, inner: string): boolean {
  const way = relative(outer, inner);
  return way === '' || (!way.startsWith('..') && !isAbsolute(way));
}

function wrongPlace(message: string): AppError {
  return new AppError('invalid', 'place-unfit', `This folder can't be a volume: ${message}.`, { fields: [{ path: 'body.place', message, code: 'unfit' }] });
}
