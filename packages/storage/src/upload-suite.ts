// The behaviour of a Store's uploads as tests; part of store-suite.ts.
import assert from 'node:assert/strict';
import { afterEach, beforeEach, it } from 'node:test';
import { bytesOf, expectedOf, keysOf, piecesOf, readAll } from './seeded-content.ts';
import type { Store } from './store.ts';
import { type MakeStore, type StoreUnderTest, withCode } from './store-under-test.ts';

const bytes = bytesOf(7, 100_000);
const expected = expectedOf(bytes);
const other = bytesOf(8, 100_000);
const from = (start: number, end?: number): AsyncIterable<Uint8Array> => piecesOf(bytes.subarray(start, end));

/** Declares the tests; each gets a volume of its own. */
export function describeUploads(make: MakeStore): void {
  let under: StoreUnderTest;
  let store: Store;
  beforeEach(async () => {
    under = await make();
    store = under.store;
  });
  afterEach(() => under.close());
  const offsetOf = async (key: string): Promise<number | undefined> => (await store.uploadOf(key))?.offset;
  const stored = async (key: string): Promise<Buffer> => readAll((await store.get(key)).body);

  it('takes an upload in parts, with a restart between any two', async () => {
    const begun = await store.begin('a', expected);
    assert.deepEqual({ ...begun, modified: undefined }, { key: 'a', ...expected, offset: 0, isStored: false, modified: undefined });
    let offset = 0;
    for (const next of [1, 1000, 1001, 70_000, 100_000]) {
      offset = await under.reopen().append('a', offset, from(offset, next));
      assert.equal(offset, next);
      assert.equal(await offsetOf('a'), next);
      assert.equal((await under.reopen().begin('a', expected)).offset, next);
      assert.equal(await store.head('a'), undefined);
    }
    const object = await store.finish('a');
    assert.equal(object.size, bytes.length);
    assert.ok(bytes.equals(await stored('a')));
    assert.deepEqual(await store.uploads(), []);
  });

  it('takes an upload in parts in one process', async () => {
    await store.begin('a', expected);
    for (let offset = 0; offset < bytes.length; ) offset = await store.append('a', offset, from(offset, offset + 33_333));
    await store.finish('a');
    assert.ok(bytes.equals(await stored('a')));
  });

  it('takes an upload of nothing', async () => {
    const none = expectedOf(Buffer.alloc(0));
    await store.begin('a', none);
    assert.equal(await store.append('a', 0, piecesOf(Buffer.alloc(0))), 0);
    assert.equal((await store.finish('a')).size, 0);
  });

  it('answers a repeated begin and finish with what is there', async () => {
    await store.begin('a', expected);
    await store.append('a', 0, from(0));
    const object = await store.finish('a');
    for (const each of [store, under.reopen()]) {
      assert.deepEqual(await each.finish('a'), object);
      assert.deepEqual(await each.begin('a', expected), { key: 'a', ...expected, offset: bytes.length, isStored: true, modified: object.modified });
      await assert.rejects(each.begin('a', expectedOf(other)), withCode('key-taken'));
    }
    assert.deepEqual(await store.uploads(), []);
  });

  it('keeps what was announced first', async () => {
    await store.begin('a', expected);
    await assert.rejects(store.begin('a', expectedOf(other)), withCode('upload-differs'));
    await assert.rejects(under.reopen().begin('a', { ...expected, size: 1 }), withCode('upload-differs'));
  });

  it('lets many begin the same at once', async () => {
    const begun = await Promise.all(Array.from({ length: 8 }, (_, index) => (index % 2 ? store : under.reopen()).begin('a', expected)));
    for (const upload of begun) assert.deepEqual(upload, begun[0]);
    await store.append('a', 0, from(0));
    await store.finish('a');
    assert.ok(bytes.equals(await stored('a')));
  });

  it('takes bytes only where the upload ends, and no more than announced', async () => {
    await store.begin('a', expected);
    await store.append('a', 0, from(0, 5000));
    for (const offset of [0, 4999, 5001, -1, NaN]) await assert.rejects(store.append('a', offset, from(0, 1)), withCode('offset-mismatch'));
    assert.equal(await offsetOf('a'), 5000);
    await assert.rejects(store.append('a', 5000, piecesOf(Buffer.concat([bytes.subarray(5000), other]))), withCode('size-mismatch'));
    const offset = (await offsetOf('a')) ?? 0;
    assert.ok(offset >= 5000 && offset <= bytes.length);
    await store.append('a', offset, from(offset));
    await store.finish('a');
    assert.ok(bytes.equals(await stored('a')));
  });

  it('keeps what came before a cut', async () => {
    await store.begin('a', expected);
    const cut = new Error('connection lost');
    await assert.rejects(store.append('a', 0, piecesOf(bytes.subarray(0, 42_000), 1000, cut)), cut);
    assert.equal(await offsetOf('a'), 42_000);
    await store.append('a', 42_000, from(42_000));
    await store.finish('a');
    assert.ok(bytes.equals(await stored('a')));
  });

  it('lets one write an upload at a time', async () => {
    await store.begin('a', expected);
    const gate = Promise.withResolvers<undefined>();
    const reached = Promise.withResolvers<undefined>();
    const slow = async function* (): AsyncGenerator<Uint8Array> {
      yield bytes.subarray(0, 10);
      reached.resolve(undefined);
      await gate.promise;
      yield bytes.subarray(10, 20);
    };
    const writing = store.append('a', 0, slow());
    await reached.promise;
    await assert.rejects(store.append('a', 10, from(10)), withCode('upload-busy'));
    await assert.rejects(store.finish('a'), withCode('upload-busy'));
    await assert.rejects(store.abort('a'), withCode('upload-busy'));
    assert.deepEqual(await store.sweep(new Date(Date.now() + 1_000_000)), []);
    gate.resolve(undefined);
    assert.equal(await writing, 20);
    await store.append('a', 20, from(20));
    await store.finish('a');
    assert.ok(bytes.equals(await stored('a')));
  });

  it('finishes only what is complete', async () => {
    await assert.rejects(store.finish('a'), withCode('upload-not-found'));
    await assert.rejects(store.append('a', 0, from(0)), withCode('upload-not-found'));
    await store.begin('a', expected);
    await assert.rejects(store.finish('a'), withCode('upload-incomplete'));
    await store.append('a', 0, from(0, 99_999));
    await assert.rejects(store.finish('a'), withCode('upload-incomplete'));
    assert.equal(await offsetOf('a'), 99_999);
    assert.equal(await store.head('a'), undefined);
  });

  it('gives up an upload of wrong bytes, so that it can begin anew', async () => {
    for (const reopened of [false, true]) {
      await store.begin('a', expected);
      await store.append('a', 0, piecesOf(other));
      await assert.rejects((reopened ? under.reopen() : store).finish('a'), withCode('checksum-mismatch'));
      assert.equal(await store.head('a'), undefined);
      assert.equal(await store.uploadOf('a'), undefined);
    }
    await store.begin('a', expected);
    await store.append('a', 0, from(0));
    await store.finish('a');
  });

  it('agrees with a put of the same content and yields to one of other content', async () => {
    for (const [key, content] of [['same', bytes], ['other', other]] as const) {
      await store.begin(key, expected);
      await store.append(key, 0, from(0));
      await store.put(key, piecesOf(content), expectedOf(content));
      assert.equal(await store.uploadOf(key), undefined);
      if (key === 'same') await store.finish(key);
      else await assert.rejects(store.finish(key), withCode('key-taken'));
      assert.ok(content.equals(await stored(key)));
    }
  });

  it('gives up on wish and begins anew with something else', async () => {
    await store.abort('a');
    await store.begin('a', expected);
    await store.append('a', 0, from(0, 5000));
    await store.abort('a');
    assert.equal(await store.uploadOf('a'), undefined);
    await assert.rejects(store.append('a', 5000, from(5000)), withCode('upload-not-found'));
    assert.equal((await store.begin('a', expectedOf(other))).offset, 0);
    await store.append('a', 0, piecesOf(other));
    await store.finish('a');
    assert.ok(other.equals(await stored('a')));
  });

  it('tells all uploads under way and sweeps the forgotten ones', async () => {
    for (const key of ['a', 'b/c', 'd']) await store.begin(key, expected);
    await store.append('b/c', 0, from(0, 5000));
    assert.deepEqual((await store.uploads()).map(({ key, offset }) => `${key} ${offset}`).sort(), ['a 0', 'b/c 5000', 'd 0']);
    assert.deepEqual(await store.sweep(new Date(Date.now() - 1_000_000)), []);
    assert.equal((await under.reopen().uploads()).length, 3);
    await store.put('kept', from(0), expected);
    assert.deepEqual((await store.sweep(new Date(Date.now() + 1_000_000))).sort(), ['a', 'b/c', 'd']);
    assert.deepEqual(await store.uploads(), []);
    assert.deepEqual(await keysOf(store), ['kept']);
  });
}
