import assert from 'node:assert/strict';
import { readFileSync, readdirSync, readlinkSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { routes } from '@lubo/contract';
import { madeRecording, tinyJpeg, tusHand, tinyWebp } from '../testing/gather-hand.ts';
import { enrolLocally, siteInHand } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

async function siteWithRecording(t: TestContext, size = 10_000) {
  const hand = await siteInHand(t);
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const { upload, bytes } = madeRecording(channel.id, { size });
  assert.equal((await tusHand(hand.url, key).send(upload, bytes)).status, 204);
  const { body: info } = await hand.call(routes.playRecording, { params: { id: upload.id } });
  const headers = { authorization: `Bearer ${key.id}.${key.key}`, 'content-type': 'image/jpeg' };
  const put = (path: string, body: Uint8Array, over: Record<string, string> = {}) => fetch(`${hand.url}${path}`, { method: 'PUT', headers: { ...headers, ...over }, body: new Uint8Array(body) });
  return { hand, key, channel, upload, bytes, info, url: `${hand.url}${info.videoUrl}`, put };
}

test('a video plays whole, in ranges and by what has not changed', async (t) => {
  const { url, bytes } = await siteWithRecording(t);
  const get = (headers: Record<string, string> = {}, method = 'GET') => fetch(url, { method, headers });
  const whole = await get();
  assert.deepEqual([whole.status, whole.headers.get('content-type'), whole.headers.get('accept-ranges'), whole.headers.get('content-length')], [200, 'video/mp4', 'bytes', '10000']);
  assert.ok(bytes.equals(Buffer.from(await whole.arrayBuffer())));
  const etag = whole.headers.get('etag') ?? '';
  const cases: [headers: Record<string, string>, status: number, range: string | null, from: number, end: number][] = [
    [{ range: 'bytes=0-99' }, 206, 'bytes 0-99/10000', 0, 100],
    [{ range: 'bytes=9990-' }, 206, 'bytes 9990-9999/10000', 9990, 10_000],
    [{ range: 'bytes=-10' }, 206, 'bytes 9990-9999/10000', 9990, 10_000],
    [{ range: 'bytes=9000-20000' }, 206, 'bytes 9000-9999/10000', 9000, 10_000],
    [{ range: 'bytes=10000-' }, 416, 'bytes */10000', 0, 0],
    [{ range: 'bytes=5-1' }, 200, null, 0, 10_000],
    [{ range: 'bytes=0-9', 'if-range': etag }, 206, 'bytes 0-9/10000', 0, 10],
    [{ range: 'bytes=0-9', 'if-range': '"other"' }, 200, null, 0, 10_000],
    [{ 'if-none-match': etag }, 304, null, 0, 0],
  ];
  for (const [headers, status, range, from, end] of cases) {
    const answer = await get(headers);
    assert.deepEqual([answer.status, answer.headers.get('content-range')], [status, range], JSON.stringify(headers));
    assert.ok(bytes.subarray(from, end).equals(Buffer.from(await answer.arrayBuffer())), JSON.stringify(headers));
  }
  const head = await get({ range: 'bytes=0-99' }, 'HEAD');
  assert.deepEqual([head.status, head.headers.get('content-length'), (await head.arrayBuffer()).byteLength], [206, '100', 0]);
});

test('an address opens its own recording only, until it expires', async (t) => {
  const { hand, url, info, upload } = await siteWithRecording(t);
  const token = new URL(url).searchParams.get('token') ?? '';
  const at = (query: string, id = upload.id) => fetch(`${hand.url}/api/recordings/${id}/video${query}`);
  for (const query of ['', '?token=', '?token=x.y', `?token=${token}x`, `?download=1&token=${token}`]) assert.equal((await at(query)).status, 403, query);
  assert.equal((await at(`?token=${token}`, '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01')).status, 403);
  assert.equal((await at(`?token=${token}`, '..%2f..%2fsecret')).status, 404);
  await hand.clock.advance(60_000);
  const { body: again } = await hand.call(routes.playRecording, { params: { id: upload.id } });
  assert.equal(again.videoUrl, info.videoUrl, 'browsers find what they have cached');
  await hand.clock.advance(14 * 60 * 60 * 1000);
  assert.equal((await fetch(url)).status, 403);
});

test('downloads are for administrators until the rules allow them to all', async (t) => {
  const { hand, info, upload } = await siteWithRecording(t);
  assert.equal(info.downloadUrl, undefined);
  const cookie = await hand.adminCookie();
  const { body: own } = await hand.call(routes.playRecording, { params: { id: upload.id }, cookie });
  const saved = await fetch(`${hand.url}${own.downloadUrl}`);
  assert.equal(saved.headers.get('content-disposition'), `attachment; filename="__ 2026-09-01-08-00.mp4"; filename*=UTF-8''%E4%B8%80%E7%8F%AD%202026-09-01-08-00.mp4`);
  await saved.arrayBuffer();
  await hand.call(routes.setArchiveRules, { cookie, body: { retentionDays: null, binDays: 30, allowsDownload: true } });
  const { body: open } = await hand.call(routes.playRecording, { params: { id: upload.id } });
  assert.equal((await fetch(`${hand.url}${open.downloadUrl}`, { method: 'HEAD' })).status, 200);
});

test('a viewer who goes away or reads nothing leaves no file open and no bytes in memory', { skip: process.platform !== 'linux' }, async (t) => {
  const { url } = await siteWithRecording(t, 8 * 1024 * 1024);
  const openFiles = () => readdirSync('/proc/self/fd').filter((fd) => fdTarget(fd).includes('video.mp4')).length;
  const aborts = Array.from({ length: 20 }, () => new AbortController());
  const bodies = await Promise.all(aborts.map(async ({ signal }) => (await fetch(url, { signal })).body?.getReader().read()));
  assert.equal(bodies.length, 20);
  for (const abort of aborts) abort.abort();
  await until('every file is closed', () => openFiles() === 0);
});

function fdTarget(fd: string): string {
  try {
    return readlinkSync(`/proc/self/fd/${fd}`);
  } catch {
    return '';
  }
}

test('a poster is there as WebP in the widths that its gather has sent, and goes with the recording', async (t) => {
  const { hand, upload, put } = await siteWithRecording(t);
  const path = `/api/gather/recordings/${upload.id}/poster`;
  const shown = async () => (await hand.call(routes.getRecording, { params: { id: upload.id } })).body;
  const asWebp = { 'content-type': 'image/webp' };
  assert.equal((await put(`${path}?width=640`, tinyWebp(640, 360), asWebp)).status, 204);
  assert.deepEqual([(await shown()).posterUrl, (await shown()).posterWidths], [undefined, undefined], 'without the JPEG no poster is told of');
  assert.equal((await put(path, tinyJpeg())).status, 204);
  assert.equal((await put(`${path}?width=320`, tinyWebp(320, 180), asWebp)).status, 204);
  assert.equal((await put(`${path}?width=320`, tinyWebp(320, 180), asWebp)).status, 204, 'sent again');
  for (const [width, body] of [['1280', tinyWebp(640, 360)], ['320', tinyJpeg()], ['500', tinyWebp(500, 280)]] as const) {
    assert.equal((await put(`${path}?width=${width}`, body, asWebp)).status, 400, width);
  }
  const { posterUrl, posterWidths } = await shown();
  assert.deepEqual(posterWidths, [320, 640]);
  const answer = await fetch(`${hand.url}${posterUrl}?width=320`);
  assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')], [200, 'image/webp', 'public, max-age=31536000, immutable']);
  assert.ok(tinyWebp(320, 180).equals(Buffer.from(await answer.arrayBuffer())));
  for (const width of ['480', '1280', '32', '', '../x']) assert.equal((await fetch(`${hand.url}${posterUrl}?width=${width}`)).status, 404, width);
  await hand.call(routes.deleteRecording, { params: { id: upload.id }, cookie: await hand.adminCookie() });
  assert.equal((await fetch(`${hand.url}${posterUrl}?width=320`)).status, 404, 'deleted');
});

test('a snapshot is there as WebP in the widths of its own set, from when its JPEG is there', async (t) => {
  const { hand, channel, put } = await siteWithRecording(t);
  const path = `/api/gather/channels/${channel.id}/snapshot`;
  const shown = async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body;
  const putWebp = async (width: number, set: string) => assert.equal((await put(`${path}?width=${width}&set=${set}`, tinyWebp(width, (width * 9) / 16), { 'content-type': 'image/webp' })).status, 204);
  await putWebp(640, 'a');
  await putWebp(320, 'a');
  await putWebp(320, 'a');
  assert.equal((await shown()).snapshotUrl, undefined, 'not before the JPEG');
  assert.equal((await put(`${path}?set=a`, tinyJpeg(640, 360))).status, 204);
  const { snapshotUrl, snapshotWidths } = await shown();
  assert.deepEqual(snapshotWidths, [320, 640]);
  const answer = await fetch(`${hand.url}${snapshotUrl}&width=320`);
  assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')], [200, 'image/webp', 'public, max-age=31536000, immutable']);
  assert.ok(tinyWebp(320, 180).equals(Buffer.from(await answer.arrayBuffer())));
  const etags = await Promise.all(['', '&width=320', '&width=640'].map(async (width) => (await fetch(`${hand.url}${snapshotUrl}${width}`)).headers.get('etag') ?? ''));
  assert.equal(new Set(etags).size, 3, 'each width has an etag of its own');
  assert.equal((await fetch(`${hand.url}${snapshotUrl}&width=320`, { headers: { 'if-none-match': etags[1] ?? '' } })).status, 304);
  for (const width of ['480', '0', '', 'x', '320x']) assert.equal((await fetch(`${hand.url}${snapshotUrl}&width=${width}`)).status, 404, width);
  const newest = await fetch(`${hand.url}/api/channels/${channel.id}/snapshot?width=640`);
  assert.deepEqual([newest.status, newest.headers.get('cache-control')], [200, 'no-cache'], 'for programs: the newest at one address');

  const page = await (await fetch(`${hand.url}/live/${channel.id}`)).text();
  if (page.includes('</head>')) assert.ok(page.includes(`<meta property="og:image" content="${hand.url}/api/channels/${channel.id}/snapshot">`), 'shared, it is the JPEG');

  await hand.clock.advance(1000);
  await putWebp(640, 'b');
  await hand.site.close();
  const again = await siteInHand(t, { dataDir: hand.dataDir });
  const kept = (await again.call(routes.getChannel, { params: { id: channel.id } })).body;
  assert.deepEqual(kept.snapshotWidths, [320, 640], 'a site that was started again knows them');
  assert.ok(tinyWebp(640, 360).equals(Buffer.from(await (await fetch(`${again.url}${kept.snapshotUrl}&width=640`)).arrayBuffer())));
});

test('a gather that sends one JPEG, as older ones do, takes the widths of the snapshot before away', async (t) => {
  const { hand, channel, put } = await siteWithRecording(t);
  const path = `/api/gather/channels/${channel.id}/snapshot`;
  const shown = async () => (await hand.call(routes.getChannel, { params: { id: channel.id } })).body;
  assert.equal((await put(`${path}?width=320&set=a`, tinyWebp(320, 180), { 'content-type': 'image/webp' })).status, 204);
  assert.equal((await put(`${path}?set=a`, tinyJpeg(640, 360))).status, 204);
  const { snapshotUrl } = await shown();
  await hand.clock.advance(1000);
  assert.equal((await put(`${path}?width=640&set=b`, tinyWebp(640, 360), { 'content-type': 'image/webp' })).status, 204);
  assert.equal((await put(path, tinyJpeg(64, 36, 5))).status, 204);
  const after = await shown();
  assert.deepEqual([after.snapshotUrl === snapshotUrl, after.snapshotWidths], [false, undefined]);
  assert.equal((await fetch(`${hand.url}${after.snapshotUrl}&width=320`)).status, 404);
  assert.deepEqual(readdirSync(`${hand.dataDir}/site/snapshots`), [`${channel.id}.jpg`], 'nothing else is left');
});

test('pictures are JPEGs of at most 1 MB, of the gather\'s own things, and are served for long', async (t) => {
  const { hand, upload, put, channel } = await siteWithRecording(t);
  const poster = `/api/gather/recordings/${upload.id}/poster`;
  const sheet = `/api/gather/recordings/${upload.id}/thumbnails?tileWidth=160&tileHeight=90&columns=10&millis=0,5000,10000`;
  const snapshot = `/api/gather/channels/${channel.id}/snapshot`;
  for (const path of [poster, sheet, snapshot]) {
    assert.equal((await put(path, Buffer.from('GIF89a'))).status, 400, path);
    assert.equal((await put(path, tinyJpeg(), { 'content-type': 'image/png' })).status, 400, path);
    assert.equal((await put(path, tinyJpeg(0, 0))).status, 400, path);
    assert.equal((await put(path, Buffer.alloc(1024 * 1024 + 1, 0xff))).status, 413, path);
    assert.equal((await put(path, tinyJpeg(), { authorization: 'Bearer a.b' })).status, 401, path);
    assert.equal((await put(path, tinyJpeg())).status, 204, path);
  }
  assert.equal((await put(poster.replace(upload.id, '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01'), tinyJpeg())).status, 404);
  assert.equal((await put(sheet.replace('160', 'x'), tinyJpeg())).status, 400);
  assert.equal((await put(snapshot.replace(channel.id, '000000000000'), tinyJpeg())).status, 404);
  assert.equal((await put(poster, tinyJpeg(64, 36, 9))).status, 204, 'the first picture stays, a later one does no harm');

  const { body: info } = await hand.call(routes.playRecording, { params: { id: upload.id } });
  assert.deepEqual(info.thumbnails, { tileWidth: 160, tileHeight: 90, columns: 10, millis: [0, 5000, 10_000] });
  const { body: shown } = await hand.call(routes.getChannel, { params: { id: channel.id } });
  for (const address of [info.recording.posterUrl, info.thumbnailsUrl, shown.snapshotUrl]) {
    const answer = await fetch(`${hand.url}${address}`);
    assert.deepEqual([answer.status, answer.headers.get('content-type'), answer.headers.get('cache-control')], [200, 'image/jpeg', 'public, max-age=31536000, immutable']);
    assert.ok(tinyJpeg().equals(Buffer.from(await answer.arrayBuffer())));
    assert.equal((await fetch(`${hand.url}${address}`, { headers: { 'if-none-match': answer.headers.get('etag') ?? '' } })).status, 304);
  }
  await hand.clock.advance(1000);
  await put(snapshot, tinyJpeg(64, 36, 5));
  const { body: newer } = await hand.call(routes.getChannel, { params: { id: channel.id } });
  assert.notEqual(newer.snapshotUrl, shown.snapshotUrl);
  const old = await fetch(`${hand.url}${shown.snapshotUrl}`);
  assert.equal(old.headers.get('cache-control'), 'no-cache');
  assert.ok(readFileSync(`${hand.dataDir}/site/snapshots/${channel.id}.jpg`).equals(tinyJpeg(64, 36, 5)));
  await hand.site.close();
  const again = await siteInHand(t, { dataDir: hand.dataDir });
  assert.ok((await again.call(routes.getChannel, { params: { id: channel.id } })).body.snapshotUrl);
});
