import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Home, type RecordingUpload, type Subject, routes } from '@lubo/contract';
import { madeRecording, tinyJpeg, tusHand } from '../testing/gather-hand.ts';
import { enrolLocally, siteInHand, temporaryFolder } from '../testing/site-in-hand.ts';
import { until } from '../testing/until.ts';

const built = '<!doctype html><html lang="zh-CN"><head><title>x</title></head><body><div id="app"></div></body></html>';

async function siteWithPages(t: TestContext) {
  const webDir = join(temporaryFolder(t), 'dist');
  mkdirSync(webDir, { recursive: true });
  writeFileSync(join(webDir, 'index.html'), built);
  writeFileSync(join(webDir, 'pages.json'), JSON.stringify({ pages: [{ path: '^/live$', modules: ['/assets/list.js'], styles: [] }], words: { 'zh-CN': '/assets/zh.js', en: '/assets/en.js' } }));
  const hand = await siteInHand(t, { deps: { webDir } });
  const key = await enrolLocally(hand.call, 'gather');
  const tus = tusHand(hand.url, key);
  const { rows: subjects } = (await hand.call(routes.listSubjects)).body;
  let seed = 0;
  /** Stores a recording; later ones are newer unless said otherwise. */
  const record = async (channelId: string, over: Partial<RecordingUpload> = {}): Promise<string> => {
    seed += 1;
    const startedAt = new Date(Date.UTC(2026, 8, 1, 0, seed)).toISOString();
    const { upload, bytes } = madeRecording(channelId, { seed, size: 100, startedAt, lessonId: `hand-${String(seed).padStart(12, '0')}`, ...over });
    assert.equal((await tus.send(upload, bytes)).status, 204);
    return upload.id;
  };
  const channel = (name: string) => hand.addChannel(name, { gatherId: key.id });
  const home = async (): Promise<Home> => (await hand.call(routes.getHome)).body;
  return { hand, key, subjects: subjects as [Subject, Subject, Subject], record, channel, home };
}

const idsOf = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id);

test('VOD-1: home shows the newest, the most played, and eight of each subject that has any', async (t) => {
  const { hand, subjects, record, channel, home } = await siteWithPages(t);
  assert.deepEqual((({ rows, newest, mostPlayed, banner }) => ({ rows, newest, mostPlayed, banner }))(await home()), { rows: [], newest: [], mostPlayed: [], banner: [] });
  const { id: channelId } = await channel('一班');
  const first: string[] = [];
  for (let n = 0; n < 9; n += 1) first.push(await record(channelId, { subjectId: subjects[1].id }));
  const other = await record(channelId, { subjectId: subjects[0].id });
  const bare = await record(channelId);
  const shown = await home();
  assert.deepEqual(shown.subjects, subjects);
  assert.deepEqual(shown.rows.map(({ subject, recordings }) => [subject.id, recordings.length]), [[subjects[0].id, 1], [subjects[1].id, 8]]);
  assert.deepEqual(idsOf(shown.rows[1]?.recordings ?? []), first.toReversed().slice(0, 8));
  assert.deepEqual(idsOf(shown.newest), [bare, other, ...first.toReversed()].slice(0, 10));
  assert.deepEqual(shown.mostPlayed, []);
  await hand.call(routes.countPlay, { params: { id: first[0] ?? '' }, headers: { 'user-agent': 'Mozilla/5.0' } });
  await hand.clock.advance(3_000);
  await until('the count shows', async () => (await home()).mostPlayed[0]?.id === first[0]);
});

test('what is deleted, stored or gets its picture shows at once', async (t) => {
  const { hand, key, record, channel, home } = await siteWithPages(t);
  const { id: channelId } = await channel('一班');
  const id = await record(channelId);
  assert.equal((await home()).newest[0]?.posterUrl, undefined);
  const headers = { authorization: `Bearer ${key.id}.${key.key}`, 'content-type': 'image/jpeg' };
  assert.equal((await fetch(`${hand.url}/api/gather/recordings/${id}/poster`, { method: 'PUT', headers, body: new Uint8Array(tinyJpeg()) })).status, 204);
  assert.equal((await home()).newest[0]?.posterUrl, `/api/recordings/${id}/poster`);
  await hand.call(routes.deleteRecording, { params: { id }, cookie: await hand.adminCookie() });
  assert.deepEqual((await home()).newest, []);
  assert.equal((await hand.call(routes.getWatchPage, { params: { id } })).status, 404);
});

test('home lies ready packed, and is not sent again to who has it', async (t) => {
  const { hand, record, channel } = await siteWithPages(t);
  await record((await channel('一班')).id);
  const url = routes.getHome.path;
  const packed = await hand.site.app.inject({ url, headers: { 'accept-encoding': 'gzip, br' } });
  assert.deepEqual([packed.headers['content-encoding'], packed.headers['vary']], ['gzip', 'accept-encoding']);
  assert.equal(JSON.parse(gunzipSync(packed.rawPayload).toString()).newest.length, 1);
  const again = await hand.site.app.inject({ url, headers: { 'if-none-match': String(packed.headers['etag']) } });
  assert.deepEqual([again.statusCode, again.body], [304, '']);
});

test('VOD-2: a subject shows twelve a page, newest first; one that is not there is told', async (t) => {
  const { hand, subjects, record, channel } = await siteWithPages(t);
  const { id: channelId } = await channel('一班');
  const ids: string[] = [];
  for (let n = 0; n < 13; n += 1) ids.push(await record(channelId, { subjectId: subjects[0].id }));
  const page = async (number: number) => (await hand.call(routes.getSubjectPage, { params: { id: subjects[0].id }, query: { page: String(number) } })).body;
  const [one, two, three] = [await page(1), await page(2), await page(3)];
  assert.deepEqual([one.subject, one.total, idsOf(one.rows)], [subjects[0], 13, ids.toReversed().slice(0, 12)]);
  assert.deepEqual(idsOf(two.rows), ids.slice(0, 1));
  assert.deepEqual(three.rows, []);
  assert.equal((await hand.call(routes.getSubjectPage, { params: { id: '000000000000' } })).problem?.code, 'subject-not-found');
});

test('VOD-3: next is the next slice, then the class\'s next lesson of the subject; related are like it, never itself', async (t) => {
  const { hand, subjects, record, channel } = await siteWithPages(t);
  const [one, two] = [await channel('一班'), await channel('二班')];
  const maths = { subjectId: subjects[0].id };
  const lessonId = 'hand-00000000000a';
  const slice0 = await record(one.id, { ...maths, lessonId, sliceIndex: 0 });
  const slice1 = await record(one.id, { ...maths, lessonId, sliceIndex: 1 });
  const english = await record(one.id, { subjectId: subjects[1].id });
  const later = await record(one.id, maths);
  const elsewhere: string[] = [];
  for (let n = 0; n < 12; n += 1) elsewhere.push(await record(two.id, maths));
  const watch = async (id: string) => (await hand.call(routes.getWatchPage, { params: { id } })).body;
  const first = await watch(slice0);
  assert.equal(first.next?.id, slice1);
  assert.deepEqual(idsOf(first.related).slice(0, 3), [slice1, later, elsewhere[11]]);
  assert.equal(first.related.length, 10);
  assert.ok(!idsOf(first.related).includes(slice0));
  assert.equal((await watch(slice1)).next?.id, later);
  const last = await watch(later);
  assert.equal(last.next, undefined);
  assert.equal(last.related[0]?.id, slice1);
  assert.deepEqual(idsOf((await watch(english)).related).slice(0, 3), [later, slice1, slice0], 'the class before others');
});

test('the first paint carries content: title, picture, and the answers the page would ask for', async (t) => {
  const { hand, key, subjects, record, channel } = await siteWithPages(t);
  const { id: channelId } = await channel('</script><b>一班');
  const id = await record(channelId, { subjectId: subjects[0].id });
  await fetch(`${hand.url}/api/gather/recordings/${id}/poster`, { method: 'PUT', headers: { authorization: `Bearer ${key.id}.${key.key}`, 'content-type': 'image/jpeg' }, body: new Uint8Array(tinyJpeg()) });
  const open = async (url: string, headers: Record<string, string> = {}) => {
    const response = await hand.site.app.inject({ url, headers: { host: 'lubo.example', ...headers } });
    const [, json = '{}'] = /id="answers">(.*?)<\/script>/.exec(response.body) ?? [];
    return { ...response, response, html: response.body, answers: JSON.parse(json) as Record<string, never> };
  };
  const home = await open('/');
  assert.ok((home.answers[routes.getHome.path] as unknown as Home).newest[0]?.id === id);
  assert.ok(home.answers['/api/site']);
  assert.equal((await open('/', { 'if-none-match': String(home.response.headers['etag']) })).response.statusCode, 304);
  const watch = await open(`/recordings/${id}?t=20`);
  assert.deepEqual(Object.keys(watch.answers), ['/api/site', '/api/subjects', `/api/front/recordings/${id}`]);
  assert.match(watch.html, new RegExp(`<title>${subjects[0].name} · &#60;/script&#62;`));
  assert.match(watch.html, /<meta name="description" content="2026年9月1日 08:0\d/);
  assert.match(watch.html, /video:release_date" content="2026-09-01T00:0\d:00.000Z"/);
  assert.match(watch.html, new RegExp(`<link rel="preload" as="image" fetchpriority="high" href="/api/recordings/${id}/poster">`));
  assert.match(watch.html, new RegExp(`og:image" content="http://lubo.example/api/recordings/${id}/poster"`));
  const subject = await open(`/subjects/${subjects[0].id}?page=2`);
  assert.deepEqual(Object.keys(subject.answers), ['/api/site', '/api/subjects', `/api/front/subjects/${subjects[0].id}?page=2`]);
  const list = await open('/live');
  assert.ok((list.answers['/api/channels?page=1&pageSize=24'] as unknown as { rows: { id: string }[] }).rows.some((row) => row.id === channelId));
  const live = await open(`/live/${channelId}`);
  assert.deepEqual(Object.keys(live.answers), ['/api/site', '/api/subjects', `/api/channels/${channelId}`, '/api/channels?page=1&pageSize=24', `/api/recordings?channelId=${channelId}&pageSize=10`]);
  assert.deepEqual(idsOf(live.answers[`/api/recordings?channelId=${channelId}&pageSize=10`]?.['rows'] ?? []), [id]);
  assert.deepEqual(Object.keys((await open(`/embed/live/${channelId}`)).answers), ['/api/site', '/api/subjects', `/api/channels/${channelId}`]);
  assert.match((await open(`/live/${channelId}`)).html, /<title>&#60;\/script&#62;&#60;b&#62;一班 - /);
  assert.equal((await open('/recordings/6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01')).response.statusCode, 404);
  assert.equal((await open('/recordings/nonsense')).response.statusCode, 200);
});

test('a search carries what it finds; days, which only the browser can tell, and words that are markup do no harm', async (t) => {
  const { hand, subjects, record, channel } = await siteWithPages(t);
  const { id: channelId } = await channel('</script><b>一班');
  const id = await record(channelId, { subjectId: subjects[0].id });
  await record((await channel('二班')).id, { subjectId: subjects[1].id });
  const search = async (query: string) => {
    const { body } = await hand.site.app.inject({ url: `/search${query}` });
    assert.equal(body.match(/<script/g)?.length, 1, 'no markup of names or words');
    const [, json = '{}'] = /id="answers">(.*?)<\/script>/.exec(body) ?? [];
    const [address, found] = Object.entries(JSON.parse(json) as Record<string, { rows: { id: string }[]; total: number }>).find(([key]) => key.startsWith('/api/recordings')) ?? [];
    return { address, found };
  };
  for (const words of [subjects[0].name, '</script>', '  一 & 班+%  ', '𠮷'.repeat(40), '\'";<!--']) {
    const { address = '', found } = await search(`?${new URLSearchParams({ q: words }).toString()}`);
    assert.deepEqual(found, (await hand.site.app.inject({ url: address })).json(), words);
    assert.equal(new URL(address, hand.url).searchParams.get('search'), words.slice(0, 64).toWellFormed());
  }
  assert.deepEqual(idsOf((await search(`?q=${encodeURIComponent(subjects[0].name)}&more=x`)).found?.rows ?? []), [id]);
  assert.equal((await search('')).found?.total, 2);
  assert.equal((await search('?q=a&from=2026-09-01')).found, undefined);
});

test('the words of the language that the browser wants are fetched ahead', async (t) => {
  const { hand } = await siteWithPages(t);
  const open = async (wanted: string) => {
    const { body, headers } = await hand.site.app.inject({ url: '/live', headers: { 'accept-language': wanted } });
    assert.match(String(headers['vary']), /accept-language/);
    return [/<html lang="([^"]+)">/.exec(body)?.[1], ...[...body.matchAll(/modulepreload" crossorigin href="([^"]+)"/g)].map(([, href]) => href)];
  };
  assert.deepEqual(await open('zh-CN,zh;q=0.9,en;q=0.8'), ['zh-CN', '/assets/list.js', '/assets/zh.js']);
  assert.deepEqual(await open('fr;q=0.9, en-GB;q=0.8, zh;q=0.7'), ['en', '/assets/list.js', '/assets/en.js']);
  assert.deepEqual(await open(','.repeat(5_000)), ['zh-CN', '/assets/list.js', '/assets/zh.js']);
});
