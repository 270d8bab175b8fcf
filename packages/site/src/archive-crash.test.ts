// The site killed at every third operation of its database and its disk while recordings arrive, are deleted, purged, retained and
// forgotten: what a gather was told is stored is there whole, what was purged stays away, and after the next run nothing lies about.
import assert from 'node:assert/strict';
import { buffer } from 'node:stream/consumers';
import { describe, it } from 'node:test';
import { AppError, type RecordingUpload } from '@lubo/contract';
import { type Store, createVolumeGroups, initDiskVolume, openDiskVolume } from '@lubo/storage';
import { breakAt } from '@lubo/storage/breaking-disk';
import { type MemoryDisk, createMemoryDisk } from '@lubo/storage/memory-disk';
import Sqlite from 'better-sqlite3';
import { Kysely, SqliteDialect } from 'kysely';
import { pino } from 'pino';
import { migrate } from './db/database.ts';
import type { Db, Tables } from './db/tables.ts';
import { createRecordings } from './recordings/recordings.ts';
import { createRetention } from './recordings/retention.ts';
import { takeCensus } from './storage/census.ts';
import { collectGarbage } from './storage/garbage.ts';
import { breakDatabase } from './testing/breaking-database.ts';
import { type ClockInHand, clockInHand } from './testing/clock-in-hand.ts';
import { madeRecording, tinyJpeg } from './testing/gather-hand.ts';
import { createPictures } from './uploads/pictures.ts';
import { createUploads } from './uploads/uploads.ts';

const gatherId = 'gather000000';
const longAgo = '2026-09-01T00:00:00.000Z';
const dayMillis = 24 * 60 * 60 * 1000;
const log = pino({ level: 'silent' });

const names = ['purged', 'retained', 'kept', 'forgotten', 'late'] as const;
type Name = (typeof names)[number];
const uuids: Record<Name, string> = Object.fromEntries(names.map((name, i) => [name, `00000000-0000-4000-8000-00000000000${i}`])) as Record<Name, string>;
const made = Object.fromEntries(names.map((name, i) => [name, madeRecording('channel00000', { id: uuids[name], size: 2_000 + i, seed: i + 1 })])) as Record<Name, { upload: RecordingUpload; bytes: Buffer }>;

/** A site's data that outlive its process, and its time. */
type World = { disk: MemoryDisk; volumeId: string; database: Sqlite.Database; clock: ClockInHand };

const emptyDatabase = await (async (): Promise<Buffer> => {
  const database = new Sqlite(':memory:');
  const db = new Kysely<Tables>({ dialect: new SqliteDialect({ database }) });
  await migrate(db);
  const agent = { id: gatherId, kind: 'gather', title: '', key_hash: '', is_local: 0, facts: null, created_at: longAgo, last_seen_at: null, revision: 0, state_hash: '' } as const;
  await db.insertInto('agents').values(agent).execute();
  return database.serialize();
})();

async function newWorld(): Promise<World> {
  const disk = createMemoryDisk();
  const volumeId = await initDiskVolume(disk.root, disk);
  const database = new Sqlite(emptyDatabase);
  database.pragma('foreign_keys = ON');
  // Files carry the machine's own time.
  const clock = clockInHand(Date.now());
  database.prepare('insert into volumes (id, group_id, kind, place, reserve_bytes, created_at) values (?, (select id from storage_groups), ?, ?, 0, ?)').run(volumeId, 'disk', disk.root, longAgo);
  return { disk, volumeId, database, clock };
}

/** One life of the site's archive. */
type Life = ReturnType<typeof openLife>;

function openLife({ clock, volumeId, disk }: World, db: Db, files = disk as Parameters<typeof breakAt>[0]) {
  const groups = createVolumeGroups();
  const store = openDiskVolume({ folder: disk.root, id: volumeId, files });
  groups.add({ groupId: 'group', store, reserveBytes: 0 });
  const uploads = createUploads({ db, clock, log, groups, defaultGroup: async () => 'group', onStored: () => {} });
  const pictures = createPictures({ db, clock, groups });
  const recordings = createRecordings({ db, clock, onGarbage: () => {} });
  const retention = createRetention({ db, clock, log, recordings });
  const collect = async (): Promise<void> => {
    while ((await collectGarbage({ db, groups, log })) > 0);
  };
  return { db, store, uploads, pictures, recordings, retention, collect };
}

function wholeLife(world: World): Life {
  return openLife(world, new Kysely<Tables>({ dialect: new SqliteDialect({ database: world.database }) }));
}

async function* pieces(bytes: Uint8Array): AsyncIterable<Uint8Array> {
  yield bytes;
}

/** What somebody was told, or has asked for. */
type Told = { stored: Set<Name>; poster: Set<Name>; leaving: Set<Name>; purged: Set<Name> };

async function send({ uploads, pictures }: Life, name: Name, told: Told): Promise<void> {
  const { upload, bytes } = made[name];
  const { offset, isStored } = await uploads.announce(gatherId, upload);
  const middle = Math.max(offset, 1_000);
  if (offset < middle) await uploads.append(gatherId, upload.id, offset, pieces(bytes.subarray(offset, middle)));
  if (name === 'forgotten' && told.purged.size === 0) return;
  if (!isStored) await uploads.append(gatherId, upload.id, middle, pieces(bytes.subarray(middle)));
  told.stored.add(name);
  await pictures.takePoster(gatherId, upload.id, tinyJpeg(64, 36, names.indexOf(name)));
  told.poster.add(name);
}

async function tellStory(life: Life, clock: ClockInHand, told: Told): Promise<void> {
  const { recordings, retention, uploads, collect } = life;
  for (const name of ['purged', 'retained', 'kept', 'forgotten'] as const) await send(life, name, told);
  told.leaving.add('purged').add('retained');
  await recordings.remove(uuids.purged, 'operator');
  await recordings.change('purge', [uuids.purged], 'operator');
  await collect();
  told.purged.add('purged');
  await recordings.edit(uuids.kept, { isKept: true });
  await retention.setRules({ retentionDays: 10, binDays: 10, allowsDownload: false });
  clock.step(15 * dayMillis);
  await retention.run();
  await uploads.sweep();
  clock.step(15 * dayMillis);
  await retention.emptyBin();
  await collect();
  told.purged.add('retained');
  await send(life, 'late', told);
}

async function runUntil(world: World, last: number): Promise<{ told: Told; count: number }> {
  const told: Told = { stored: new Set(), poster: new Set(), leaving: new Set(), purged: new Set() };
  const { files, count, step } = breakAt(world.disk, last);
  try {
    await tellStory(openLife(world, breakDatabase(world.database, step), files), world.clock, told);
  } catch (error) {
    // Whatever the parts make of it: nothing goes wrong before the kill.
    assert.ok(count() >= last, String((error as Error).stack));
  }
  return { told, count: count() };
}

/** Only what was purged may be refused, and that is told in so many words. */
async function sendAgain(life: Life, name: Name, told: Told): Promise<void> {
  try {
    await send(life, name, { ...told, purged: new Set(names) });
  } catch (error) {
    assert.ok(error instanceof AppError && error.code === 'recording-deleted' && told.leaving.has(name), `${name}: ${String(error)}`);
  }
}

async function read(store: Store, key: string): Promise<Buffer> {
  return buffer((await store.get(key)).body);
}

/** The row and the whole file, or neither. */
async function stateOf({ db, store }: Life, name: Name): Promise<'there' | 'gone'> {
  const row = await db.selectFrom('recordings').select(['object_key', 'deleted_at']).where('id', '=', uuids[name]).executeTakeFirst();
  if (row === undefined) return 'gone';
  assert.ok((await read(store, row.object_key)).equals(made[name].bytes), `${name} is not whole`);
  return 'there';
}

async function crash(last: number, losesPower: boolean): Promise<number> {
  const world = await newWorld();
  const { told, count } = await runUntil(world, last);
  if (losesPower) world.disk.losePower(() => 0.3);
  const life = wholeLife(world);
  for (const name of told.stored) if (!told.leaving.has(name)) assert.equal(await stateOf(life, name), 'there', `${name} is lost`);
  for (const name of told.purged) {
    assert.equal(await stateOf(life, name), 'gone', `${name} is back`);
    await assert.rejects(life.uploads.announce(gatherId, made[name].upload), (error) => error instanceof AppError && error.code === 'recording-deleted');
  }
  // Gathers go on: with what they were not told is stored, and with pictures.
  for (const name of names) if (!told.poster.has(name)) await sendAgain(life, name, told);
  for (const name of told.leaving) await life.recordings.change('delete', [uuids[name]], 'operator');
  await life.recordings.change('purge', names.map((name) => uuids[name]), 'operator');
  await life.collect();
  world.clock.step(30 * dayMillis);
  await life.uploads.sweep();
  await assertTidy(life, world, told);
  return count;
}

async function assertTidy(life: Life, { disk, clock }: World, told: Told): Promise<void> {
  const { db, store } = life;
  const left = names.filter((name) => !told.leaving.has(name));
  for (const name of names) assert.equal(await stateOf(life, name), left.includes(name) ? 'there' : 'gone', name);
  const { orphans, missing } = await takeCensus(db, store, clock.now());
  assert.deepEqual([orphans, missing], [0, 0]);
  const { objects } = await store.list({ prefix: '', limit: 100 });
  const expected = left.flatMap((name) => [`recordings/${uuids[name]}/poster.jpg`, `recordings/${uuids[name]}/video.mp4`]);
  assert.deepEqual(objects.map(({ key }) => key).toSorted(), expected.toSorted());
  for (const table of ['garbage', 'uploads'] as const) assert.deepEqual(await db.selectFrom(table).selectAll().execute(), [], table);
  assert.deepEqual(await store.uploads(), []);
  const bytes = left.reduce((sum, name) => sum + made[name].bytes.length + tinyJpeg().length, 0);
  const marker = (await disk.readText(`${disk.root}/lubo-volume.json`))?.length ?? 0;
  const { totalBytes, freeBytes } = await disk.space(disk.root);
  assert.equal(totalBytes - freeBytes, bytes + marker, 'bytes without a name are left');
}

async function labelled(last: number, losesPower: boolean): Promise<void> {
  try {
    await crash(last, losesPower);
  } catch (error) {
    throw new Error(`killed at operation ${last}${losesPower ? ', without power' : ''}`, { cause: error });
  }
}

describe('an archive whose site is killed', async () => {
  const operations = await crash(Infinity, false);

  it('is told a story of many operations', () => assert.ok(operations > 200, String(operations)));

  it('loses nothing, and leaves nothing lying about, wherever the kill comes', async () => {
    for (let last = 1; last <= operations; last += 3) await labelled(last, false);
  });

  it('nor wherever the power goes', async () => {
    for (let last = 2; last <= operations; last += 6) await labelled(last, true);
  });
});
