// tus-js-client, the protocol's own reference client, uploads recordings to the site: whole, cut off, wrong, forgotten.
import assert from 'node:assert/strict';
import { createHash, randomBytes } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { type ArchivedRecording, type RecordingUpload, routes, uploadsPath } from '@lubo/contract';
import { DetailedError, type HttpRequest, Upload } from 'tus-js-client';
import { clockInHand } from '../../packages/site/src/testing/clock-in-hand.ts';
import { madeRecording } from '../../packages/site/src/testing/gather-hand.ts';
import { admin, enrolLocally, siteInHand } from '../../packages/site/src/testing/site-in-hand.ts';
import { type CuttingProxy, startCuttingProxy } from '../e2e/cutting-proxy.ts';

const dayMillis = 24 * 60 * 60 * 1000;

type UploadOptions = NonNullable<ConstructorParameters<typeof Upload>[1]>;
/** How an upload ended, and the client's requests in order, each with its answer. */
type Told = { error: DetailedError | undefined; url: string; requests: string[] };

async function siteForClient(t: TestContext) {
  // Files carry the machine's own time.
  const hand = await siteInHand(t, { clock: clockInHand(Date.now()) });
  const key = await enrolLocally(hand.call, 'gather');
  const channel = await hand.addChannel('一班', { gatherId: key.id });
  const proxy = await startCuttingProxy(Number(new URL(hand.url).port));
  t.after(() => proxy.close());
  const headers = { authorization: `Bearer ${key.id}.${key.key}` };
  // `goesAway`: after the first part.
  const send = (upload: RecordingUpload, bytes: Buffer, { goesAway = false, ...more }: UploadOptions & { goesAway?: boolean } = {}): Promise<Told> =>
    new Promise((resolve) => {
      const requests: string[] = [];
      const end = (error?: DetailedError): void => resolve({ error, url: client.url ?? '', requests });
      const client = new Upload(bytes, {
        endpoint: `http://127.0.0.1:${proxy.port}${uploadsPath}`,
        metadata: { recording: JSON.stringify(upload) },
        headers,
        retryDelays: [0, ...Array<number>(12).fill(50)],
        onBeforeRequest: (request) => void requests.push(wordOf(request)),
        onAfterResponse: (_request, response) => void requests.push(`${requests.pop()} ${response.getStatus()}`),
        onSuccess: () => end(),
        onError: (error) => end(error as DetailedError),
        ...more,
      });
      if (goesAway) client.options.onChunkComplete = () => void client.abort().then(() => end());
      client.start();
    });
  const stored = async (): Promise<ArchivedRecording[]> => {
    // Its session may have ended with the time that was let pass.
    const { cookie } = await hand.call(routes.signIn, { body: admin });
    return (await hand.call(routes.listArchive, { cookie })).body.rows;
  };
  /** The file as anybody gets it. */
  const played = async (id: string): Promise<Buffer> => {
    const { body } = await hand.call(routes.playRecording, { params: { id }, cookie: await hand.adminCookie() });
    return Buffer.from(await (await fetch(new URL(body.videoUrl, hand.url))).arrayBuffer());
  };
  return { hand, channel, proxy, send, stored, played };
}

function wordOf(request: HttpRequest): string {
  const offset = request.getHeader('Upload-Offset');
  return offset === undefined ? request.getMethod() : `${request.getMethod()} from ${offset}`;
}

const statusOf = ({ error }: Told): number | undefined => error?.originalResponse?.getStatus();

test('a recording that a foreign client uploads is stored once, byte for byte', async (t) => {
  const { channel, send, stored, played } = await siteForClient(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 300_000 });
  const { error, url, requests } = await send(upload, bytes);
  assert.deepEqual([error, new URL(url).pathname, requests], [undefined, `${uploadsPath}/${upload.id}`, ['POST 201', 'PATCH from 0 204']]);
  assert.deepEqual((await stored()).map(({ id, size, sha256 }) => [id, size, sha256]), [[upload.id, 300_000, upload.sha256]]);
  assert.ok((await played(upload.id)).equals(bytes));
});

test('sent in parts, or with its first bytes in the announcement, it is the same', async (t) => {
  const { channel, send, stored, played } = await siteForClient(t);
  for (const [seed, more] of [[1, { chunkSize: 70_000 }], [2, { uploadDataDuringCreation: true }]] as const) {
    const { upload, bytes } = madeRecording(channel.id, { size: 200_000, seed });
    const { error } = await send(upload, bytes, more);
    assert.equal(error, undefined);
    assert.ok((await played(upload.id)).equals(bytes));
  }
  assert.equal((await stored()).length, 2);
});

/** Each of the next `cuts` connections ends after so many bytes. */
function cutEach(proxy: CuttingProxy, cuts: number, bytes: number): void {
  const last = proxy.cuts + cuts;
  proxy.allowance = () => (proxy.cuts < last ? bytes : undefined);
  // A connection that the client has kept from before would not be counted.
  proxy.cut();
  proxy.mend();
}

test('cut off three times, it goes on from where the site stands', async (t) => {
  const { channel, proxy, send, stored, played } = await siteForClient(t);
  const size = 3_000_000;
  const upload = { ...madeRecording(channel.id).upload, size };
  const bytes = randomBytes(size);
  const whole = { ...upload, sha256: createHash('sha256').update(bytes).digest('hex') };
  cutEach(proxy, 3, 800_000);
  const { error, requests } = await send(whole, bytes);
  assert.equal(error, undefined);
  assert.equal(proxy.cuts, 3);
  const froms = requests.flatMap((line) => (/^PATCH from (\d+)/.exec(line)?.[1] ?? '').split(' ').filter(Boolean).map(Number));
  assert.equal(froms[0], 0);
  assert.ok(froms.length >= 4 && froms.every((from, i) => i === 0 || from >= (froms[i - 1] ?? 0)) && (froms.at(-1) ?? 0) > 0, requests.join(', '));
  assert.deepEqual((await stored()).map(({ id }) => id), [upload.id]);
  assert.ok((await played(upload.id)).equals(bytes));
});

test('a client that was killed finds its upload again by its address, one that forgot it by announcing it anew', async (t) => {
  const { channel, proxy, send, stored, played } = await siteForClient(t);
  for (const knowsAddress of [true, false]) {
    const { upload, bytes } = madeRecording(channel.id, { size: 500_000, seed: knowsAddress ? 1 : 2 });
    cutEach(proxy, 1, 200_000);
    const cut = await send(upload, bytes, { retryDelays: [] });
    assert.ok(cut.error !== undefined && statusOf(cut) === undefined, String(cut.error));
    const { error, requests } = await send(upload, bytes, knowsAddress ? { uploadUrl: cut.url } : {});
    assert.equal(error, undefined, String(error));
    if (knowsAddress) assert.match(requests.join(), /^HEAD 200,.*PATCH from [1-9]\d* 204$/);
    assert.ok((await played(upload.id)).equals(bytes));
  }
  assert.equal((await stored()).length, 2);
});

test('wrong bytes are refused with 460, nothing of them is kept, and the right ones are taken', async (t) => {
  const { channel, send, stored } = await siteForClient(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 50_000 });
  const wrong = Buffer.from(bytes);
  wrong[40_000] = (wrong[40_000] ?? 0) ^ 1;
  const refused = await send(upload, wrong, { retryDelays: [] });
  assert.deepEqual([statusOf(refused), (await stored()).length], [460, 0]);
  const { error, requests } = await send(upload, bytes, { uploadUrl: refused.url });
  // The client finds its upload gone and begins a new one.
  assert.deepEqual([error, requests], [undefined, ['HEAD 404', 'POST 201', 'PATCH from 0 204']]);
  assert.equal((await stored()).length, 1);
});

test('an upload that was forgotten for a fortnight begins anew, one that nobody knows is refused', async (t) => {
  const { hand, channel, send, stored } = await siteForClient(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 500_000 });
  const cut = await send(upload, bytes, { chunkSize: 200_000, goesAway: true });
  hand.clock.step(15 * dayMillis);
  await hand.clock.advance(11 * 60_000);
  const { error, requests } = await send(upload, bytes, { uploadUrl: cut.url });
  assert.deepEqual([error, requests], [undefined, ['HEAD 404', 'POST 201', 'PATCH from 0 204']]);
  const stranger = await send(upload, bytes, { endpoint: null, uploadUrl: cut.url.replace(/[0-9a-f]{8}-/, 'ffffffff-') });
  assert.deepEqual([statusOf(stranger), stranger.requests], [404, ['HEAD 404']]);
  assert.equal((await stored()).length, 1);
});

test('what this site does not offer is refused at once', async (t) => {
  const { channel, send, stored } = await siteForClient(t);
  const { upload, bytes } = madeRecording(channel.id, { size: 50_000 });
  const noLength = await send(upload, bytes, { uploadLengthDeferred: true, retryDelays: [] });
  const noKey = await send(upload, bytes, { headers: {}, retryDelays: [] });
  assert.deepEqual([statusOf(noLength), statusOf(noKey)], [400, 401]);
  assert.equal((await stored()).length, 0);
});
