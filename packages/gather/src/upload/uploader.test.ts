import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { test } from 'node:test';
import { pino } from 'pino';
import { type FakeClock, createFakeClock } from '../fake-clock.ts';
import { createFakeSlices } from './fake-slices.ts';
import { createFakeStorage } from './fake-storage.ts';
import { type UploaderOptions, startUploader } from './uploader.ts';

const log = pino({ level: 'silent' });
const id = (n: number): string => `6f1c0c6e-2b5f-4c1e-9a55-${String(n).padStart(12, '0')}`;
const content = (length: number, seed = 1): Buffer => Buffer.from(Uint8Array.from({ length }, (_, i) => (i * 31 + seed * 17 + (i >> 8)) & 255));

function room(over: Partial<UploaderOptions> & { tuned?: Partial<ReturnType<UploaderOptions['tuning']>> } = {}) {
  const clock = createFakeClock();
  const removed: string[] = [];
  const slices = createFakeSlices((each) => removed.push(each));
  const http = createFakeStorage();
  const tuned = { uploadKbps: 0, parallelUploads: 1, reconnectsStorage: true, ...over.tuned };
  const options: UploaderOptions = { http, slices, clock, log, tuning: () => tuned, onStored: async () => {}, onChange() {}, random: () => 0.5, ...over };
  return { clock, slices, http, removed, tuned, start: () => startUploader(options) };
}

async function pass(clock: FakeClock, millis: number): Promise<void> {
  for (let left = millis; left > 0; left -= 500) await clock.advance(Math.min(500, left));
}

test('recordings go up oldest first, are confirmed, and only then leave the disk', async () => {
  const { clock, slices, http, removed, start } = room();
  for (let n = 0; n < 3; n++) slices.add(id(n), content(1000, n));
  const uploader = start();
  await pass(clock, 1000);
  slices.add(id(3), content(10, 3));
  await pass(clock, 1000);
  assert.deepEqual(removed, [id(0), id(1), id(2), id(3)]);
  for (let n = 0; n < 3; n++) assert.ok(http.rows.get(id(n))?.equals(content(1000, n)));
  assert.deepEqual([uploader.confirmed(), uploader.waiting(), uploader.uploads(), slices.opened], [4, { recordings: 0, bytes: 0 }, [], 0]);
  assert.deepEqual(http.requests.slice(0, 3), [`POST /api/uploads`, `PATCH /api/uploads/${id(0)}`, `GET /api/gather/recordings/${id(0)}`]);
  await uploader.close();
});

test('what the site says is deleted, or is stored already, leaves the disk without being sent', async () => {
  const { clock, slices, http, removed, start } = room();
  slices.add(id(0), content(1000));
  slices.add(id(1), content(1000, 1));
  http.deleted.add(id(0));
  http.rows.set(id(1), content(1000, 1));
  const uploader = start();
  await pass(clock, 500);
  assert.deepEqual(removed, [id(0), id(1)]);
  assert.ok(!http.requests.some((request) => request.startsWith('PATCH')));
  await uploader.close();
});

test('a site that says stored of other bytes is not believed', async () => {
  const { clock, slices, http, removed, start } = room();
  slices.add(id(0), content(1000));
  http.answerWith(({ method }) =>
    method === 'GET' ? { status: 200, text: JSON.stringify({ id: id(0), state: 'stored', size: 1000, sha256: '0'.repeat(64) }) } : undefined,
  );
  const uploader = start();
  await pass(clock, 20_000);
  assert.deepEqual(removed, []);
  assert.equal(uploader.uploads()[0]?.state, 'retrying');
  await uploader.close();
});

test('pauses grow while the site is away, one recording finds out, and all go on when it is back', async () => {
  const { clock, slices, http, removed, start } = room({ tuned: { parallelUploads: 4 } });
  http.answerWith(() => 'cut');
  const uploader = start();
  for (let n = 0; n < 10; n++) slices.add(id(n), content(500, n));
  await pass(clock, 10 * 60_000);
  const { length } = http.requests;
  assert.ok(length > 10 && length < 30, `${length} tries in ten minutes`);
  assert.deepEqual([uploader.waiting().recordings, uploader.uploads()[0]?.reason], [10, 'the connection was cut']);
  http.answerWith(undefined);
  await pass(clock, 70_000);
  assert.equal(removed.length, 10);
  await uploader.close();
});

test('without reconnecting, a failure halts uploads until somebody says so', async () => {
  const { clock, slices, http, removed, start } = room({ tuned: { reconnectsStorage: false } });
  http.answerWith(() => 'cut');
  slices.add(id(0), content(500));
  const uploader = start();
  await pass(clock, 60 * 60_000);
  assert.deepEqual([http.requests.length, uploader.isHalted()], [1, true]);
  slices.add(id(1), content(500, 1));
  await pass(clock, 1000);
  assert.equal(http.requests.length, 1);
  http.answerWith(undefined);
  uploader.retry();
  await pass(clock, 1000);
  assert.equal(removed.length, 2);
  await uploader.close();
});

test('a recording that the site refuses, or that the disk does not give, holds up no other', async () => {
  const { clock, slices, http, removed, start } = room();
  slices.add(id(0), content(500), { channelId: 'channel00009' });
  slices.add(id(1), content(500, 1));
  http.answerWith(({ headers }) => {
    const told = Buffer.from(String(headers?.['upload-metadata'] ?? '').split(' ')[1] ?? '', 'base64').toString();
    return told.includes('channel00009') ? { status: 403, code: 'not-yours', detail: 'This belongs to another gather.' } : undefined;
  });
  const uploader = start();
  await pass(clock, 1000);
  assert.deepEqual(removed, [id(1)]);
  assert.deepEqual(uploader.uploads().map(({ recordingId, state, reason }) => [recordingId, state, reason]), [[id(0), 'retrying', 'This belongs to another gather.']]);
  slices.failWith(new Error('EIO: input/output error'));
  slices.add(id(2), content(500, 2));
  await pass(clock, 1000);
  assert.match(uploader.uploads()[1]?.reason ?? '', /EIO/);
  slices.failWith(undefined);
  await pass(clock, 10_000);
  assert.deepEqual(removed, [id(1), id(2)]);
  await uploader.close();
});

test('a full site is asked again when it says', async () => {
  const { clock, slices, http, removed, start } = room();
  slices.add(id(0), content(500));
  http.answerWith(() => ({ status: 507, code: 'storage-full', headers: { 'retry-after': '60' }, detail: 'no room' }));
  const uploader = start();
  await pass(clock, 59_000);
  assert.equal(http.requests.length, 1);
  http.answerWith(undefined);
  await pass(clock, 2_000);
  assert.equal(removed.length, 1);
  await uploader.close();
});

test('uploads together keep to the limit of the line', async () => {
  const { clock, slices, http, removed, start, tuned } = room({ tuned: { uploadKbps: 80, parallelUploads: 2 } });
  for (let n = 0; n < 4; n++) slices.add(id(n), content(50_000, n));
  const uploader = start();
  await pass(clock, 5_000);
  assert.equal(uploader.uploads().length, 2);
  assert.ok(uploader.uploads().every(({ kbps }) => kbps > 20 && kbps < 60), JSON.stringify(uploader.uploads()));
  await pass(clock, 5_000);
  const sent = () => [...http.rows.values()].reduce((sum, { length }) => sum + length, 0) + uploader.uploads().reduce((sum, { sentBytes }) => sum + sentBytes, 0);
  assert.ok(Math.abs(sent() - 100_000) < 8_000, `${sent()} bytes in 10 s at 80 kbps`);
  tuned.uploadKbps = 0;
  await pass(clock, 2_000);
  assert.equal(removed.length, 4);
  await uploader.close();
});

test('the local copy stays until the pictures are done, and a stop in between loses nothing', async () => {
  const gate = Promise.withResolvers<void>();
  let asked = 0;
  const { clock, slices, removed, start } = room({
    async onStored(_slice, signal) {
      asked++;
      await Promise.race([gate.promise, new Promise((resolve) => signal.addEventListener('abort', resolve))]);
    },
  });
  slices.add(id(0), content(500));
  const first = start();
  await pass(clock, 1000);
  assert.deepEqual([asked, removed.length], [1, 0]);
  await first.close();
  assert.equal(removed.length, 0);
  const second = start();
  gate.resolve();
  await pass(clock, 1000);
  assert.deepEqual([asked, removed], [2, [id(0)]]);
  await second.close();
});

test('whatever dies at whatever moment: nothing is lost, doubled or wrong (300 seeds)', async () => {
  for (let seed = 1; seed <= 300; seed++) await survive(seed);
});

async function survive(seed: number): Promise<void> {
  const random = seededRandom(seed);
  const clock = createFakeClock();
  const http = createFakeStorage({ chance: random() * 0.35, random });
  const all = new Map(Array.from({ length: 3 }, (): [string, Buffer] => [randomUUID(), content(Math.floor(random() * 4000) + 1, Math.floor(random() * 250))]));
  const slices = createFakeSlices((each) => {
    assert.ok(http.rows.get(each)?.equals(all.get(each) ?? Buffer.alloc(0)), `seed ${seed}: ${each} leaves the disk before the site has it`);
  });
  for (const [each, bytes] of all) slices.add(each, bytes);
  const tuning = () => ({ uploadKbps: seed % 3 === 0 ? 64 : 0, parallelUploads: 1 + (seed % 2), reconnectsStorage: true });
  const start = () => startUploader({ http, slices, clock, log, tuning, onStored: async () => {}, onChange() {}, random });
  let uploader = start();
  for (let turn = 0; slices.finished().length > 0; turn++) {
    assert.ok(turn < 2000, `seed ${seed}: ${slices.finished().length} recordings never get there`);
    await clock.advance(Math.floor(random() * 3000));
    if (random() > 0.1) continue;
    // The gather dies and starts again.
    await uploader.close();
    uploader = start();
  }
  await uploader.close();
  assert.equal(http.rows.size, all.size);
  for (const [each, bytes] of all) assert.deepEqual([http.inserted.get(each), http.rows.get(each)?.equals(bytes)], [1, true], `seed ${seed}`);
  assert.equal(slices.opened, 0, `seed ${seed}: every file is closed`);
}

/** Mulberry32. */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let x = Math.imul(state ^ (state >>> 15), state | 1);
    x ^= x + Math.imul(x ^ (x >>> 7), x | 61);
    return ((x ^ (x >>> 14)) >>> 0) / 2 ** 32;
  };
}
