// The behaviour of a Store as tests, run against every driver.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, describe, it } from 'node:test';
import { bytesOf, expectedOf, keysOf, piecesOf, readAll } from './seeded-content.ts';
import type { Store } from './store.ts';
import { type MakeStore, type StoreUnderTest, withCode } from './store-under-test.ts';
import { describeUploads } from './upload-suite.ts';

const ranges: { range: Parameters<Store['get']>[1]; gives: string | undefined }[] = [
  { range: undefined, gives: '0123456789' },
  { range: { from: 0 }, gives: '0123456789' },
  { range: { from: 0, to: 0 }, gives: '0' },
  { range: { from: 9, to: 9 }, gives: '9' },
  { range: { from: 3, to: 5 }, gives: '345' },
  { range: { from: 7, to: 1000 }, gives: '789' },
  { range: { last: 1 }, gives: '9' },
  { range: { last: 10 }, gives: '0123456789' },
  { range: { last: 11 }, gives: '0123456789' },
  { range: { last: 0 }, gives: undefined },
  { range: { from: 10 }, gives: undefined },
  { range: { from: 5, to: 4 }, gives: undefined },
  { range: { from: -1 }, gives: undefined },
  { range: { from: 0.5 }, gives: undefined },
];

const badKeys = ['', '/', '/a', 'a/', 'a//b', '..', 'a/../b', 'a..b', '.a', 'a/.b', 'a.', 'a./b', 'A', 'a b', 'a\\b', 'a+b', 'a\0', 'ä', 'a\n', 'a'.repeat(201)];

/** Runs the suite; every test gets a volume of its own. */
export function describeStore(name: string, make: MakeStore): void {
  describe(name, () => {
    describeObjects(make);
    describePresence(make);
    describeUploads(make);
  });
}

const nothing = (): AsyncIterable<Uint8Array> => piecesOf(Buffer.alloc(0));

function describeObjects(make: MakeStore): void {
  let under: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    under = await make();
    store = under.store;
  });
  afterEach(() => under.close());
  const put = (key: string, bytes: Uint8Array) => store.put(key, piecesOf(bytes), expectedOf(bytes));

  for (const size of [0, 1, 262_143, 262_144, 262_145, 1_500_000]) {
    it(`gives back ${size} bytes as they were`, async () => {
      const bytes = bytesOf(size, size);
      const stored = await put('video/a.mp4', bytes);
      assert.deepEqual(await store.head('video/a.mp4'), stored);
      assert.equal(stored.size, size);
      const { object, span, body } = await under.reopen().get('video/a.mp4');
      assert.deepEqual(object, stored);
      assert.deepEqual(span, { from: 0, end: size });
      assert.ok(bytes.equals(await readAll(body)));
    });
  }

  for (const { range, gives } of ranges) {
    it(`reads the range ${JSON.stringify(range)} of ten bytes`, async () => {
      await put('ten', Buffer.from('0123456789'));
      if (gives === undefined) return assert.rejects(store.get('ten', range), withCode('range-not-satisfiable'));
      const { span, body } = await store.get('ten', range);
      assert.equal((await readAll(body)).toString(), gives);
      assert.equal(span.end - span.from, gives.length);
    });
  }

  it('refuses any range of an empty object', async () => {
    await put('none', Buffer.alloc(0));
    for (const range of [{ from: 0 }, { from: 0, to: 0 }, { last: 5 }]) await assert.rejects(store.get('none', range), withCode('range-not-satisfiable'));
  });

  it('stores nothing when bytes are missing, too many or others', async () => {
    const bytes = bytesOf(1, 5000);
    const expected = expectedOf(bytes);
    await assert.rejects(store.put('a', piecesOf(bytes.subarray(1)), expected), withCode('size-mismatch'));
    await assert.rejects(store.put('a', piecesOf(Buffer.concat([bytes, bytes])), expected), withCode('size-mismatch'));
    await assert.rejects(store.put('a', piecesOf(bytesOf(2, 5000)), expected), withCode('checksum-mismatch'));
    const cut = new Error('connection lost');
    await assert.rejects(store.put('a', piecesOf(bytes, 1000, cut), expected), cut);
    assert.equal(await store.head('a'), undefined);
    assert.deepEqual(await keysOf(store), []);
    await put('a', bytes);
  });

  it('refuses announcements that are none', async () => {
    const { sha256 } = expectedOf(Buffer.alloc(0));
    for (const expected of [{ size: -1, sha256 }, { size: 0.5, sha256 }, { size: 0, sha256: sha256.toUpperCase() }, { size: 0, sha256: '' }]) {
      await assert.rejects(store.put('a', piecesOf(Buffer.alloc(0)), expected), withCode('expectation-invalid'));
      await assert.rejects(store.begin('a', expected), withCode('expectation-invalid'));
    }
  });

  it('takes the same content again without reading it, also after a restart, and refuses other content', async () => {
    const bytes = bytesOf(1, 5000);
    const stored = await put('a', bytes);
    for (const each of [store, under.reopen()]) {
      const unread = piecesOf(bytes, 1000, new Error('was read to its end'));
      assert.deepEqual(await each.put('a', unread, expectedOf(bytes)), stored);
      for (const other of [bytesOf(2, 5000), bytesOf(2, 6000)]) await assert.rejects(each.put('a', piecesOf(other), expectedOf(other)), withCode('key-taken'));
    }
    assert.ok(bytes.equals(await readAll((await store.get('a')).body)));
  });

  it('takes the same content from many at once', async () => {
    const bytes = bytesOf(1, 50_000);
    const stored = await Promise.all(Array.from({ length: 8 }, () => put('a', bytes)));
    for (const each of stored) assert.deepEqual(each, stored[0]);
    assert.ok(bytes.equals(await readAll((await store.get('a')).body)));
  });

  it('lets one of many different contents win as a whole', async () => {
    const contents = Array.from({ length: 8 }, (_, seed) => bytesOf(seed, 50_000));
    const results = await Promise.allSettled(contents.map((bytes, index) => (index % 2 ? store : under.reopen()).put('a', piecesOf(bytes), expectedOf(bytes))));
    const winners = contents.filter((_, index) => results[index]?.status === 'fulfilled');
    assert.equal(winners.length, 1);
    for (const result of results) if (result.status === 'rejected') assert.equal((result.reason as { code: string }).code, 'key-taken');
    assert.ok(winners[0]?.equals(await readAll((await store.get('a')).body)));
  });

  it('deletes once and for all, and lets the key be used again', async () => {
    const first = await put('a', bytesOf(1, 1000));
    assert.equal(await store.delete('a'), true);
    assert.equal(await store.delete('a'), false);
    assert.equal(await store.head('a'), undefined);
    await assert.rejects(store.get('a'), withCode('object-not-found'));
    const second = await put('a', bytesOf(2, 1000));
    assert.notEqual(second.etag, first.etag);
  });

  it('lists every object once, page by page, while others go', async () => {
    const keys = Array.from({ length: 40 }, (_, index) => `${index % 4 === 0 ? 'picture' : 'video/2026'}/${index}.x`);
    for (const key of keys) await put(key, Buffer.from(key));
    await store.begin('video/2026/unfinished', expectedOf(Buffer.from('x')));
    assert.deepEqual((await keysOf(store, '', 7)).sort(), keys.toSorted());
    assert.deepEqual((await keysOf(store, 'video/', 10)).sort(), keys.filter((key) => key.startsWith('video/')).sort());
    assert.deepEqual(await keysOf(store, 'video/2026/unfi'), []);
    const page = await store.list({ prefix: '', limit: 20 });
    assert.equal(page.objects.length, 20);
    for (const { key } of page.objects) await store.delete(key);
    const rest = await store.list({ prefix: '', after: page.next, limit: 1000 });
    assert.deepEqual([...page.objects, ...rest.objects].map(({ key }) => key).sort(), keys.toSorted());
    assert.equal(rest.next, undefined);
  });

  it('refuses pages of no or endless length and prefixes that are none', async () => {
    for (const limit of [0, -1, 1001, 1.5, NaN]) await assert.rejects(store.list({ prefix: '', limit }), withCode('limit-invalid'));
    for (const prefix of ['/', '..', 'a//', 'A', 'a'.repeat(201)]) await assert.rejects(store.list({ prefix, limit: 1 }), withCode('key-invalid'));
  });

  it('refuses what is no key, everywhere', async () => {
    const expected = expectedOf(Buffer.alloc(0));
    const calls: ((key: string) => Promise<unknown>)[] = [
      (key) => store.put(key, nothing(), expected),
      (key) => store.begin(key, expected),
      (key) => store.append(key, 0, nothing()),
      (key) => store.finish(key),
      (key) => store.abort(key),
      (key) => store.uploadOf(key),
      (key) => store.get(key),
      (key) => store.head(key),
      (key) => store.delete(key),
    ];
    for (const key of badKeys) for (const call of calls) await assert.rejects(call(key), withCode('key-invalid'), JSON.stringify(key));
  });

  it('takes the longest and the oddest keys', async () => {
    for (const key of ['a'.repeat(200), `${'a/'.repeat(99)}ab`, 'con', 'nul.mp4', '-', '_/-', 'a.b.c', '0']) {
      await put(key, Buffer.from(key));
      assert.equal((await readAll((await store.get(key)).body)).toString(), key);
    }
  });

  it('can be left without reading what was got', async () => {
    await put('a', bytesOf(1, 600_000));
    const { body } = await store.get('a');
    body.destroy();
    const other = await store.get('a');
    for await (const chunk of other.body) {
      assert.ok((chunk as Uint8Array).length > 0);
      break;
    }
    assert.ok(other.body.destroyed);
  });
}

function describePresence(make: MakeStore): void {
  let under: StoreUnderTest;
  beforeEach(async () => {
    under = await make();
  });
  afterEach(() => under.close());

  it('has room, can be written to, and is the same volume after a restart', async () => {
    const { store } = under;
    const { totalBytes = Infinity, freeBytes = Infinity } = await store.space();
    assert.ok(freeBytes > 0 && freeBytes <= totalBytes);
    assert.equal((await store.check()).state, 'ready');
    assert.deepEqual(await keysOf(store), []);
    assert.equal(under.reopen().id, store.id);
  });

  it('says that it is away, writes nothing meanwhile, and is whole when it comes back', async () => {
    const bytes = bytesOf(1, 5000);
    const expected = expectedOf(bytes);
    const { store } = under;
    await store.put('a', piecesOf(bytes), expected);
    await store.begin('b', expected);
    await store.append('b', 0, piecesOf(bytes.subarray(0, 3000)));
    await under.unmount();
    for (const each of [store, under.reopen()]) {
      const calls = [
        () => each.put('c', piecesOf(bytes), expected),
        () => each.begin('b', expected),
        () => each.append('b', 3000, piecesOf(bytes.subarray(3000))),
        () => each.finish('b'),
        () => each.abort('b'),
        () => each.uploadOf('b'),
        () => each.uploads(),
        () => each.sweep(new Date()),
        () => each.get('a'),
        () => each.head('a'),
        () => each.delete('a'),
        () => each.list({ prefix: '', limit: 10 }),
        () => each.space(),
      ];
      for (const call of calls) await assert.rejects(call(), withCode('storage-away'), String(call));
      assert.equal((await each.check()).state, 'away');
    }
    await under.mount();
    assert.equal((await store.check()).state, 'ready');
    assert.deepEqual(await keysOf(store), ['a']);
    await store.append('b', 3000, piecesOf(bytes.subarray(3000)));
    await store.finish('b');
    assert.ok(bytes.equals(await readAll((await store.get('b')).body)));
  });
}
