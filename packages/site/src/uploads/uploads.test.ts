import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Problem, RecordingUpload, routes } from '@lubo/contract';
import { madeRecording, tusHand } from '../testing/gather-hand.ts';
import { type SiteInHand, enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { wrongInputs } from '../testing/wrong-input.ts';

async function siteWithGather(t: TestContext) {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  return { hand, key, channel, tus: tusHand(hand.url, key) };
}

async function codeOf(response: Response): Promise<[number, string]> {
  return [response.status, Problem.parse(await response.json()).code];
}

async function listed(hand: SiteInHand) {
  const { body } = await hand.call(routes.listArchive, { cookie: await hand.adminCookie() });
  return body.rows;
}

test('a recording that is uploaded whole is stored once, with all that its gather told', async (t) => {
  const { hand, key, channel, tus } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 300_000 });
  const begun = await tus.post(upload);
  assert.deepEqual([begun.status, begun.headers.get('location'), begun.headers.get('upload-offset')], [201, `/api/uploads/${upload.id}`, '0']);
  const done = await tus.patch(upload.id, 0, bytes);
  assert.deepEqual([done.status, done.headers.get('upload-offset'), done.headers.get('tus-resumable')], [204, '300000', '1.0.0']);

  const [row, ...others] = await listed(hand);
  assert.equal(others.length, 0);
  assert.deepEqual(
    [row?.id, row?.size, row?.className, row?.channelId, row?.gatherId, row?.startedAt, row?.durationMillis, row?.codecs],
    [upload.id, 300_000, '一班', channel.id, key.id, upload.startedAt, 60_000, upload.codecs],
  );
  const state = await hand.call(routes.uploadState, { params: { id: upload.id }, headers: { authorization: `Bearer ${key.id}.${key.key}` } });
  assert.deepEqual(state.body, { id: upload.id, state: 'stored', size: 300_000, sha256: upload.sha256 });

  for (const again of [await tus.post(upload), await tus.head(upload.id), await tus.patch(upload.id, 300_000, Buffer.alloc(0))]) {
    assert.equal(again.headers.get('upload-offset'), '300000');
  }
  assert.equal((await listed(hand)).length, 1);
});

test('an upload goes on where it stopped, and elsewhere it is refused', async (t) => {
  const { tus, channel, hand } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 5000 });
  await tus.post(upload);
  assert.equal((await tus.patch(upload.id, 0, bytes.subarray(0, 2000))).headers.get('upload-offset'), '2000');
  assert.equal((await tus.head(upload.id)).headers.get('upload-offset'), '2000');
  assert.equal((await tus.post(upload)).headers.get('upload-offset'), '2000');
  assert.deepEqual(await codeOf(await tus.patch(upload.id, 1000, bytes.subarray(1000))), [409, 'offset-mismatch']);
  assert.deepEqual(await codeOf(await tus.patch(upload.id, 2000, Buffer.alloc(4000))), [400, 'size-mismatch']);
  const state = await hand.call(routes.uploadState, { params: { id: upload.id }, headers: { authorization: 'Bearer x.y' } });
  assert.equal(state.status, 401);
  const { headers } = await tus.head(upload.id);
  assert.equal((await tus.patch(upload.id, Number(headers.get('upload-offset')), bytes.subarray(Number(headers.get('upload-offset'))))).status, 204);
});

test('wrong bytes are given up with 460, and the gather may begin anew', async (t) => {
  const { tus, channel, hand } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 5000 });
  assert.deepEqual(await codeOf(await tus.send(upload, Buffer.alloc(5000))), [460, 'checksum-mismatch']);
  assert.equal((await tus.head(upload.id)).status, 404);
  assert.equal((await listed(hand)).length, 0);
  assert.equal((await tus.send(upload, bytes)).status, 204);
  assert.equal((await listed(hand)).length, 1);
});

test('the same identity with other content is refused, under way and stored', async (t) => {
  const { tus, channel } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 5000 });
  const other = madeRecording(channel.id, { size: 6000, id: upload.id });
  await tus.post(upload);
  assert.deepEqual(await codeOf(await tus.post(other.upload)), [409, 'upload-differs']);
  await tus.send(upload, bytes);
  assert.deepEqual(await codeOf(await tus.post(other.upload)), [409, 'recording-differs']);
});

test('a gather uploads for channels of its own only, those in the recycle bin and those that are gone included', async (t) => {
  const { tus, channel, hand } = await siteWithGather(t);
  const cookie = await hand.adminCookie();
  const { body: code } = await hand.call(routes.createEnrolmentCode, { cookie, body: { kind: 'gather' } });
  const facts = { hostname: 'other', os: '', ip: '', mac: '', version: '1' };
  const { body: otherKey } = await hand.call(routes.enrol, { body: { kind: 'gather', code: code.code, facts } });
  const other = tusHand(hand.url, otherKey);
  const { upload, bytes } = madeRecording(channel.id);
  assert.deepEqual(await codeOf(await other.post(upload)), [403, 'not-yours']);
  await tus.post(upload);
  assert.equal((await other.head(upload.id)).status, 403);
  assert.deepEqual(await codeOf(await other.patch(upload.id, 0, bytes)), [403, 'not-yours']);
  await hand.call(routes.deleteChannel, { cookie, params: { id: channel.id } });
  assert.equal((await tus.send(upload, bytes)).status, 204);
  assert.equal((await tus.send(madeRecording('zzzzzzzzzzzz', { seed: 2 }).upload, madeRecording('zzzzzzzzzzzz', { seed: 2 }).bytes)).status, 204);
  assert.equal((await listed(hand)).length, 2);
});

test('a file that was stored when the site died gets its row from the next word of its gather', async (t) => {
  for (const word of ['head', 'post', 'patch', 'state'] as const) {
    const { hand, tus, channel, key } = await siteWithGather(t);
    const { upload, bytes } = madeRecording(channel.id, { size: 4000 });
    await tus.send(upload, bytes);
    await undoRow(hand.dataDir, upload);
    assert.equal((await listed(hand)).length, 0);
    if (word === 'head') assert.equal((await tus.head(upload.id)).headers.get('upload-offset'), '4000');
    if (word === 'post') assert.equal((await tus.post(upload)).headers.get('upload-offset'), '4000');
    if (word === 'patch') {
      assert.equal((await tus.patch(upload.id, 0, bytes)).status, 404);
      assert.equal((await tus.send(upload, bytes)).status, 201);
    }
    if (word === 'state') {
      const { body } = await hand.call(routes.uploadState, { params: { id: upload.id }, headers: { authorization: `Bearer ${key.id}.${key.key}` } });
      assert.equal(body.state, 'stored');
    }
    assert.deepEqual((await listed(hand)).map(({ id }) => id), [upload.id], word);
  }
});

/** As the database is when the site died after the file had its name and before the row was there. */
async function undoRow(dataDir: string, upload: { id: string }): Promise<void> {
  const { default: Sqlite } = await import('better-sqlite3');
  const db = new Sqlite(join(dataDir, 'site', 'lubo.sqlite'));
  const row = db.prepare('select * from recordings where id = ?').get(upload.id) as Record<string, unknown>;
  db.prepare('delete from recordings where id = ?').run(upload.id);
  const announced = { ...upload };
  db.prepare('insert into uploads values (?, ?, ?, ?, ?, ?)').run(upload.id, row['gather_id'], JSON.stringify(announced), row['volume_id'], row['object_key'], '2026-01-01T00:00:00.000Z');
  db.close();
}

test('a late gather hears that its recording was deleted, also when it has been purged', async (t) => {
  const { hand, tus, channel, key } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id);
  await tus.send(upload, bytes);
  const cookie = await hand.adminCookie();
  const headers = { authorization: `Bearer ${key.id}.${key.key}` };
  for (const action of ['delete', 'purge']) {
    const { body } = await hand.call(routes.changeArchive, { cookie, body: { action, ids: [upload.id] } });
    assert.equal(body.recordings, 1);
    assert.deepEqual(await codeOf(await tus.post(upload)), [410, 'recording-deleted']);
    assert.equal((await tus.head(upload.id)).status, 410);
    assert.equal((await hand.call(routes.uploadState, { params: { id: upload.id }, headers })).body.state, 'deleted');
  }
});

test('a gather of a later version may tell more of a recording; each field that is wrong is named', async (t) => {
  const { tus, channel } = await siteWithGather(t);
  const { upload, bytes } = madeRecording(channel.id);
  const metadata = (value: unknown) => ({ 'upload-metadata': `recording ${Buffer.from(JSON.stringify(value)).toString('base64')}` });
  for (const { path, what, value } of wrongInputs({ body: RecordingUpload }, { body: upload })) {
    if (path.endsWith('noSuchField')) continue;
    const answer = await tus.post(upload, metadata(value));
    const { errors = [] } = Problem.parse(await answer.json());
    assert.equal(answer.status, 400, `${path} ${what}`);
    assert.ok(errors.some((error) => error.path === path), `${path} ${what}`);
  }
  assert.equal((await tus.post(upload, metadata({ ...upload, angle: 90 }))).status, 201);
  assert.equal((await tus.send(upload, bytes)).status, 204);
});

test('what is no announcement is refused, each with its reason', async (t) => {
  const { tus, channel, hand, key } = await siteWithGather(t);
  const { upload } = madeRecording(channel.id);
  const metadata = (value: unknown) => ({ 'upload-metadata': `recording ${Buffer.from(JSON.stringify(value)).toString('base64')}` });
  const cases: [what: string, headers: Record<string, string>, status: number, code: string][] = [
    ['another protocol', { 'tus-resumable': '0.2.0' }, 412, 'tus-version'],
    ['no length', { 'upload-length': 'x' }, 400, 'malformed-request'],
    ['a huge length', { 'upload-length': String(2 ** 41) }, 413, 'body-too-large'],
    ['no metadata', { 'upload-metadata': 'name eA==' }, 400, 'no-recording'],
    ['no JSON', { 'upload-metadata': 'recording eA==' }, 400, 'malformed-request'],
    ['another size', { 'upload-length': '7' }, 400, 'size-mismatch'],
    ['no uuid', metadata({ ...upload, id: '../../etc/passwd' }), 400, 'invalid-request'],
    ['no checksum', metadata({ ...upload, sha256: 'x' }), 400, 'invalid-request'],
  ];
  for (const [what, headers, status, code] of cases) assert.deepEqual(await codeOf(await tus.post(upload, headers)), [status, code], what);
  assert.equal((await tus.head('..%2f..%2fetc%2fpasswd')).status, 404);
  assert.equal((await tus.head(upload.id)).status, 404);
  await tus.post(upload);
  assert.deepEqual(await codeOf(await tus.patch(upload.id, 0, Buffer.alloc(4), { 'content-type': 'text/plain' })), [415, 'not-a-part']);
  assert.deepEqual(await codeOf(await tus.patch(upload.id, 0, Buffer.alloc(4), { 'upload-offset': '-1' })), [400, 'malformed-request']);
  const options = await fetch(`${hand.url}/api/uploads`, { method: 'OPTIONS' });
  assert.deepEqual([options.status, options.headers.get('tus-version'), options.headers.get('tus-extension')], [204, '1.0.0', 'creation']);
  const stranger = tusHand(hand.url, { id: key.id, key: 'x'.repeat(43) });
  assert.equal((await stranger.post(upload)).status, 401);
});

test('a volume that is away or full is told as such, and a restart goes on with what came', async (t) => {
  const { tus, channel, hand, key } = await siteWithGather(t);
  const huge = { ...madeRecording(channel.id).upload, size: 2 ** 39 };
  assert.deepEqual(await codeOf(await tus.post(huge)), [507, 'storage-full']);
  const small = madeRecording(channel.id, { size: 4000 });
  await tus.post(small.upload);
  await tus.patch(small.upload.id, 0, small.bytes.subarray(0, 1500));
  await hand.site.close();
  const again = await siteInHand(t, { dataDir: hand.dataDir });
  const later = tusHand(again.url, key);
  assert.equal((await later.head(small.upload.id)).headers.get('upload-offset'), '1500');
  assert.equal((await later.patch(small.upload.id, 1500, small.bytes.subarray(1500))).status, 204);
  rmSync(join(hand.dataDir, 'site', 'storage', 'lubo-volume.json'));
  assert.deepEqual(await codeOf(await later.post(madeRecording(channel.id, { seed: 3 }).upload)), [503, 'storage-away']);
  assert.ok(readdirSync(join(hand.dataDir, 'site', 'storage', 'data')).length > 0);
});
