// After a crash: every slice on the disks is finished, empty ones go, what has no journal is kept aside and told.
import { join } from 'node:path';
import { FormatError, type Mp4File, type Mp4Track, openMp4, splitNals } from '@lubo/media';
import type { Logger } from 'pino';
import type { RecordDisk, RecordFile } from './disk.ts';
import { type Journal, partOf, pathsOf, readJournal, replaceJournal } from './journal.ts';
import type { SyncPool } from './sync-pool.ts';

export type RecoveryOptions = { disk: RecordDisk; sync: SyncPool; log: Logger };

/** A finished slice and where it lies. `starts` of its fragments, when this process has written them. */
export type FoundSlice = { folder: string; journal: Journal; starts?: readonly number[] };

export type Recovered = {
  slices: FoundSlice[];
  /** Slices that the disk does not give now; they are tried again. */
  unfinished: { folder: string; id: string }[];
  /** Files whose owner is not known, as they are named now. */
  aside: string[];
};

/** Of a folder of a disk whatever name the files there have kept. */
const asideFolder = 'aside';

/** Looks through one folder of recordings, which is there. Rejects only when it can't even be listed. */
export async function recoverFolder(options: RecoveryOptions, folder: string): Promise<Recovered> {
  const recovered: Recovered = { slices: [], unfinished: [], aside: [] };
  for (const [id, parts] of partsById(await options.disk.names(folder))) {
    try {
      await recoverOne(options, folder, id, parts, recovered);
    } catch (error) {
      options.log.error({ recording: id, folder, err: error }, 'a recording could not be recovered; it is tried again');
      recovered.unfinished.push({ folder, id });
    }
  }
  return recovered;
}

type Parts = Set<'media' | 'journal' | 'newJournal'>;

function partsById(names: readonly string[]): Map<string, Parts> {
  const found = new Map<string, Parts>();
  for (const name of names) {
    const file = partOf(name);
    if (file === undefined) continue;
    const parts = found.get(file.id) ?? new Set();
    found.set(file.id, parts.add(file.part));
  }
  return found;
}

async function recoverOne(options: RecoveryOptions, folder: string, id: string, parts: Parts, recovered: Recovered): Promise<void> {
  const { disk, log } = options;
  const paths = pathsOf(folder, id);
  const text = parts.has('journal') ? await disk.readText(paths.journal) : undefined;
  const journal = text === undefined ? undefined : readJournal(text, id);
  if (journal === undefined && parts.has('media')) {
    recovered.aside.push(...(await putAside(options, folder, id, parts)));
    return;
  }
  if (parts.has('newJournal')) await disk.remove(paths.newJournal);
  if (journal === undefined || !parts.has('media')) {
    await disk.remove(paths.journal);
    return;
  }
  const slice = await finishSlice(options, folder, journal);
  if (slice !== undefined) recovered.slices.push({ folder, journal: slice });
  else log.info({ recording: id }, 'a recording without pictures is removed');
}

/**
 * Finishes a slice after its last whole fragment; `undefined` when there is none: then it is gone. One that is finished already
 * is left as it is. Rejects when the disk refuses.
 */
export async function finishSlice(options: RecoveryOptions, folder: string, journal: Journal): Promise<Journal | undefined> {
  const { disk, sync, log } = options;
  const paths = pathsOf(folder, journal.id);
  const file = await disk.open(paths.media, 'write');
  try {
    const size = (await file?.size()) ?? 0;
    if (file && journal.state === 'over' && size === journal.bytes) return journal;
    const whole = file && (await wholePart(file, size));
    if (file && whole) {
      await file.truncate(whole.bytes);
      await sync(paths.media, () => file.sync());
      const over: Journal = { ...journal, state: 'over', bytes: whole.bytes, durationMillis: whole.millis };
      delete over.size;
      delete over.sha256;
      await replaceJournal(disk, sync, folder, over);
      log.info({ recording: journal.id, millis: whole.millis, cutBytes: size - whole.bytes }, 'a recording is recovered');
      return over;
    }
  } finally {
    await file?.close();
  }
  await disk.remove(paths.media);
  await disk.syncFolder(folder);
  await disk.remove(paths.journal);
  return undefined;
}

/** How far the file is good, and how long that plays; `undefined` without a whole fragment. */
async function wholePart(file: RecordFile, size: number): Promise<{ bytes: number; millis: number } | undefined> {
  let end = size;
  // Each round cuts one fragment that a loss of power has left hollow. With a sync for each there are few; if there seem to be
  // many, then it is the camera that pads its pictures with zeros.
  for (let round = 0; ; round++) {
    const movie = await openWhole(file, end);
    if (movie === undefined) return undefined;
    const last = await lastFragment(file, movie);
    if (last.isSound || round === mostHollow) return { bytes: movie.completeSize, millis: millisOf(movie) };
    end = last.start;
  }
}

const mostHollow = 8;

async function openWhole(file: RecordFile, size: number): Promise<Mp4File | undefined> {
  try {
    return await openMp4((at, length) => file.read(at, length), size, { acceptTornTail: true });
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/**
 * Whether the pictures of the last fragment are what they should be: a loss of power may leave zeros where data was to come.
 * `start`: a place inside the fragment, so that what ends there ends with the fragment before.
 */
async function lastFragment(file: RecordFile, movie: Mp4File): Promise<{ isSound: boolean; start: number }> {
  let start = movie.completeSize;
  let isSound = true;
  for (const track of movie.tracks) {
    const first = firstOfLastRun(track);
    for (let i = first; i < track.sampleCount; i++) {
      const { offset, size } = track.sample(i);
      if (i === first) start = Math.min(start, offset);
      if (isSound && size > 0) isSound = isWhole(await file.read(offset, size), track);
    }
  }
  return { isSound, start: Math.max(0, start - 1) };
}

function firstOfLastRun(track: Mp4Track): number {
  let i = track.sampleCount - 1;
  while (i > 0) {
    const before = track.sample(i - 1);
    if (before.offset + before.size !== track.sample(i).offset) break;
    i -= 1;
  }
  return Math.max(0, i);
}

function isWhole(data: Uint8Array, { info, lengthSize }: Mp4Track): boolean {
  if (data.subarray(-hollowBytes).every((byte) => byte === 0)) return false;
  if (info.kind === 'audio') return true;
  try {
    return [...splitNals(data, lengthSize)].length > 0;
  } catch {
    return false;
  }
}

/** So many zeros at the end of a picture are no picture. */
const hollowBytes = 512;

function millisOf(movie: Mp4File): number {
  return Math.max(...movie.tracks.map(({ info, sampleCount, sample }) => {
    if (sampleCount === 0) return 0;
    const last = sample(sampleCount - 1);
    return ((last.dts + last.duration) * 1000) / info.timescale;
  }));
}

async function putAside({ disk, log }: RecoveryOptions, folder: string, id: string, parts: Parts): Promise<string[]> {
  const paths = pathsOf(folder, id);
  const to = join(folder, asideFolder);
  await disk.makeFolder(to);
  const moved: string[] = [];
  for (const part of parts) {
    const target = pathsOf(to, id)[part];
    await disk.rename(paths[part], target);
    moved.push(target);
  }
  log.warn({ recording: id, folder: to }, 'a recording without a readable journal is kept aside');
  return moved;
}
