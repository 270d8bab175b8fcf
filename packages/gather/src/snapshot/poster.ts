// The picture that stands for a recording, and the sheet of small ones for seeking in it; both from its keyframes.
import { pictureWidths } from '@lubo/contract';
import type { VideoTrack } from '@lubo/media';
import { CodecError } from '../codec-worker/codec-error.ts';
import type { CodecWorker } from '../codec-worker/codec-worker.ts';
import { type Picture, type Sheet, type Still, type WebPicture, limits } from '../codec-worker/messages.ts';

/** A keyframe of a recording; `millis` from its start. */
export type RecordedKeyframe = { millis: number; track: VideoTrack; data: Uint8Array };

/** A recording's small pictures; tile `i`, counted row by row, shows it at `millis[i]`. */
export type Preview = Sheet & { millis: number[] };

const posterWidth = 640;
const posterCandidates = 3;
/** The first seconds are those of the lamp being switched on. */
const settledMillis = 5_000;
const tileWidth = 160;
const columns = 10;
const maxTiles = 100;

/**
 * The picture with most to see of three keyframes: the largest JPEG, for a black or empty one is small. Those of the first
 * seconds only when there are no others. Undefined when none can be decoded; rejects with CodecError when nothing can be.
 */
export async function posterOf(codec: Pick<CodecWorker, 'picture' | 'webp'>, keyframes: readonly RecordedKeyframe[]): Promise<Still | undefined> {
  const settled = keyframes.filter(({ millis }) => millis >= settledMillis);
  let best: (Picture & { of: RecordedKeyframe }) | undefined;
  for (const of of spread(settled.length > 0 ? settled : keyframes, posterCandidates)) {
    const picture = await pictureOf(codec, of.track, of.data);
    if (picture !== undefined && picture.jpeg.length > (best?.jpeg.length ?? 0)) best = { ...picture, of };
  }
  if (best === undefined) return undefined;
  const { of, ...picture } = best;
  return { ...picture, webps: await webpsOf(codec, of) };
}

/** None is no fault: the JPEG is there. */
async function webpsOf(codec: Pick<CodecWorker, 'webp'>, { track, data }: RecordedKeyframe): Promise<WebPicture[]> {
  try {
    return await codec.webp({ track, data, widths: pictureWidths });
  } catch (error) {
    if (error instanceof CodecError) return [];
    throw error;
  }
}

async function pictureOf(codec: Pick<CodecWorker, 'picture'>, track: VideoTrack, data: Uint8Array): Promise<Picture | undefined> {
  try {
    const [picture] = await codec.picture({ track, data, widths: [posterWidth] });
    return picture;
  } catch (error) {
    if (error instanceof CodecError && (error.code === 'undecodable' || error.code === 'crashed' || error.code === 'stuck')) return undefined;
    throw error;
  }
}

/**
 * Up to 100 tiles of 160 pixels, ten in a row, spread evenly over the keyframes of the first one's configuration. Undefined
 * without keyframes; rejects with CodecError.
 */
export async function previewOf(codec: Pick<CodecWorker, 'sheet'>, keyframes: readonly RecordedKeyframe[]): Promise<Preview | undefined> {
  const [first] = keyframes;
  if (first === undefined) return undefined;
  const alike = keyframes.filter(({ track }) => track.codec === first.track.codec && Buffer.compare(track.config, first.track.config) === 0);
  let count = maxTiles;
  let chosen = spread(alike, count);
  while (chosen.length > 1 && bytesOf(chosen) > limits.sheetBytes) chosen = spread(alike, (count = Math.floor(count / 2)));
  const sheet = await codec.sheet(first.track, chosen.map(({ data }) => data), { tileWidth, columns });
  return { ...sheet, millis: chosen.map(({ millis }) => millis) };
}

const bytesOf = (keyframes: readonly RecordedKeyframe[]): number => keyframes.reduce((all, { data }) => all + data.length, 0);

/** At most `count` of them, evenly, from the middles of equal parts. */
function spread<T>(all: readonly T[], count: number): T[] {
  if (all.length <= count) return [...all];
  return Array.from({ length: count }, (_, i) => all[Math.floor(((i + 0.5) * all.length) / count)]).filter((each) => each !== undefined);
}
