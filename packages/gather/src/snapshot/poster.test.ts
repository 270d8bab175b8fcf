import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { CodecError } from '../codec-worker/codec-error.ts';
import { video } from '../fake-units.ts';
import { type RecordedKeyframe, posterOf, previewOf } from './poster.ts';

/** A keyframe whose data says how large its JPEG will be; 0: it can't be decoded. */
const keyframe = (millis: number, size: number, bytes = 1): RecordedKeyframe => ({ millis, track: video, data: new Uint8Array(bytes).fill(size) });

const codec = {
  picture({ data }: { data: Uint8Array }) {
    if (data[0] === 0) return Promise.reject(new CodecError('undecodable', 'made up'));
    return Promise.resolve([{ jpeg: new Uint8Array(data[0] ?? 0), width: 640, height: 360 }]);
  },
  /** A video 700 pixels wide. */
  webp: ({ data, widths }: { data: Uint8Array; widths: readonly number[] }) => Promise.resolve(widths.filter((width) => width <= 700).map((width) => ({ webp: data, width, height: 90 }))),
};

const sheets = () => {
  const asked: { frames: readonly Uint8Array[]; layout: { tileWidth: number; columns: number } }[] = [];
  return {
    asked,
    sheet(_track: unknown, frames: readonly Uint8Array[], layout: { tileWidth: number; columns: number }) {
      asked.push({ frames, layout });
      return Promise.resolve({ jpeg: new Uint8Array(1), width: 1600, height: 90, tileWidth: 160, tileHeight: 90, columns: 10, count: frames.length });
    },
  };
};

describe('the picture of a recording', () => {
  it('is the one with most to see of three, none of them of the first seconds', async () => {
    const keyframes = [keyframe(0, 200), keyframe(2_000, 200), keyframe(6_000, 10), keyframe(60_000, 90), keyframe(120_000, 40)];
    assert.equal((await posterOf(codec, keyframes))?.jpeg.length, 90);
  });

  it('is there as WebP too, in the widths that the video has; without an encoder for it as JPEG alone', async () => {
    const keyframes = [keyframe(6_000, 10), keyframe(60_000, 90)];
    const poster = await posterOf(codec, keyframes);
    assert.deepEqual(poster?.webps.map(({ webp, width }) => [webp[0], width]), [[90, 320], [90, 480], [90, 640]]);
    for (const webp of [() => Promise.resolve([]), () => Promise.reject(new CodecError('undecodable', 'made up'))]) {
      assert.deepEqual((await posterOf({ ...codec, webp }, keyframes))?.webps, []);
    }
  });

  it('is of the first seconds when there are no others', async () => {
    assert.equal((await posterOf(codec, [keyframe(0, 20)]))?.jpeg.length, 20);
  });

  it('passes over what can not be decoded', async () => {
    assert.equal((await posterOf(codec, [keyframe(6_000, 0), keyframe(7_000, 5)]))?.jpeg.length, 5);
    assert.equal(await posterOf(codec, [keyframe(6_000, 0)]), undefined);
    assert.equal(await posterOf(codec, []), undefined);
  });

  it('is refused when no picture can be made at all', async () => {
    const none = { ...codec, picture: () => Promise.reject(new CodecError('no-backend', 'made up')) };
    await assert.rejects(posterOf(none, [keyframe(6_000, 1)]), { code: 'no-backend' });
  });
});

describe('the small pictures of a recording', () => {
  it('are a hundred at most, spread evenly, each with its time', async () => {
    const { sheet, asked } = sheets();
    const preview = await previewOf({ sheet }, Array.from({ length: 900 }, (_, i) => keyframe(i * 2_000, 1)));
    assert.equal(preview?.millis.length, 100);
    assert.deepEqual(preview?.millis.slice(0, 3), [8_000, 26_000, 44_000]);
    assert.deepEqual(asked[0]?.layout, { tileWidth: 160, columns: 10 });
  });

  it('are fewer when keyframes are large', async () => {
    const { sheet } = sheets();
    const preview = await previewOf({ sheet }, Array.from({ length: 100 }, (_, i) => keyframe(i * 2_000, 1, 1_000_000)));
    assert.equal(preview?.count, 50);
  });

  it('leave out keyframes of another configuration', async () => {
    const { sheet } = sheets();
    const other = { ...keyframe(4_000, 1), track: { ...video, config: Uint8Array.of(1) } };
    assert.deepEqual((await previewOf({ sheet }, [keyframe(0, 1), keyframe(2_000, 1), other]))?.millis, [0, 2_000]);
    assert.equal(await previewOf({ sheet }, []), undefined);
  });
});
