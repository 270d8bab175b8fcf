// A finished slice read as a standard MP4: a head made from its fragments' index, then its media out of the file as it lies.
import { createHash } from 'node:crypto';
import { type ByteRange, type Mp4Track, type ProgressiveLayout, type ReadAt, layoutProgressive, openMp4, packetFromSample } from '@lubo/media';
import type { RecordFile } from './disk.ts';
import type { Journal } from './journal.ts';
import type { KeyframeUnit, StandardMp4 } from './slice-store.ts';

/** Largest piece of a stream. */
const pieceBytes = 256 * 1024;

export type StandardOptions = {
  /** Closed with what is opened here. */
  file: RecordFile;
  journal: Journal;
  /** Where its fragments begin, as far as known: their heads are then read several at once. */
  starts?: readonly number[];
  /** Keeps the checksum for the next time. */
  keep(known: { size: number; sha256: string }): Promise<void>;
};

/** FormatError when the file is not what was recorded; what the disk refuses comes through. `file` stays open then. */
export async function openStandardMp4({ file, journal, starts = [], keep }: StandardOptions): Promise<StandardMp4> {
  const { tracks } = await openMp4(readingAhead(file, starts), journal.bytes);
  const layout = layoutProgressive(tracks, Date.parse(journal.startedAt));
  const stream = (offset: number): AsyncGenerator<Uint8Array> => piecesOf(file, layout, offset);
  let sha256 = journal.size === layout.size ? journal.sha256 : undefined;
  return {
    size: layout.size,
    async sha256() {
      if (sha256 !== undefined) return sha256;
      sha256 = await checksumOf(file, layout);
      await keep({ size: layout.size, sha256 });
      return sha256;
    },
    stream,
    keyframes: (count) => keyframesOf(file, tracks, count),
    close: () => file.close(),
  };
}

/** Heads read at once: the disk's threads are few, but the way to each takes longer than the reading. */
const mostAhead = 16;
/** As much as `openMp4` asks for. */
const headBytes = 8192;

/** Reads from the file; at `starts`, which are asked for in their order, ahead of being asked. */
function readingAhead(file: RecordFile, starts: readonly number[]): ReadAt {
  const coming = new Map<number, Promise<Uint8Array>>();
  let next = 0;
  return (at, length) => {
    for (; next < starts.length && coming.size < mostAhead; next++) {
      const start = starts[next] ?? 0;
      const head = file.read(start, headBytes);
      // Looked at when it is asked for; until then a fault must not be alone.
      head.catch(() => {});
      coming.set(start, head);
    }
    const head = length <= headBytes ? coming.get(at) : undefined;
    coming.delete(at);
    return head ?? file.read(at, length);
  };
}

/** The next span is read while one is summed: the time from a slice's end to its upload is that of the slower of the two. */
async function checksumOf(file: RecordFile, { head, ranges }: ProgressiveLayout): Promise<string> {
  const hash = createHash('sha256').update(head);
  const spans = spansOf(ranges);
  const buffers = [new Uint8Array(spanBytes), new Uint8Array(spanBytes)] as const;
  const read = (i: number): Promise<Uint8Array> | undefined => {
    const span = spans[i];
    return span && file.read(span.start, span.end - span.start, buffers[i % 2 === 0 ? 0 : 1]);
  };
  let coming = read(0);
  for (const [i, { start, end, ranges: within }] of spans.entries()) {
    const bytes = (await coming) ?? new Uint8Array(0);
    if (bytes.length < end - start) throw new Error(`the recording ends at ${start + bytes.length}, ${end} was expected`);
    coming = read(i + 1);
    // Looked at in the next round; a fault in this one must not leave it alone.
    coming?.catch(() => {});
    for (const range of within) hash.update(bytes.subarray(range.start - start, range.end - start));
  }
  return hash.digest('hex');
}

type Span = ByteRange & { ranges: ByteRange[] };
const spanBytes = 2 * 1024 * 1024;

/** Ranges that lie near one another, cut and joined to be read at once, fragment heads between them included. */
function spansOf(ranges: readonly ByteRange[]): Span[] {
  const spans: Span[] = [];
  for (const range of ranges) {
    for (let start = range.start; start < range.end; start += spanBytes) {
      const part = { start, end: Math.min(range.end, start + spanBytes) };
      const last = spans.at(-1);
      if (last && part.end - last.start <= spanBytes) {
        last.end = part.end;
        last.ranges.push(part);
      } else spans.push({ ...part, ranges: [part] });
    }
  }
  return spans;
}

async function* piecesOf(file: RecordFile, { head, ranges }: ProgressiveLayout, offset: number): AsyncGenerator<Uint8Array> {
  for (let at = offset; at < head.length; at += pieceBytes) yield head.subarray(at, Math.min(head.length, at + pieceBytes));
  let skip = Math.max(0, offset - head.length);
  for (const { start, end } of ranges) {
    const from = start + skip;
    skip = Math.max(0, skip - (end - start));
    for (let at = from; at < end; at += pieceBytes) {
      const length = Math.min(pieceBytes, end - at);
      const piece = await file.read(at, length);
      if (piece.length < length) throw new Error(`the recording ends at ${at + piece.length}, ${end} was expected`);
      yield piece;
    }
  }
}

async function keyframesOf(file: RecordFile, tracks: readonly Mp4Track[], count: number): Promise<KeyframeUnit[]> {
  const track = tracks.find(({ info }) => info.kind === 'video');
  if (track === undefined || track.info.kind !== 'video' || count < 1) return [];
  const { info } = track;
  const start = Math.min(...tracks.filter(({ sampleCount }) => sampleCount > 0).map((each) => each.sample(0).dts / each.info.timescale));
  const keyframes: KeyframeUnit[] = [];
  for (const i of spread(keyframeNumbers(track), count)) {
    const sample = track.sample(i);
    const { data } = packetFromSample(track, sample, await file.read(sample.offset, sample.size));
    keyframes.push({ millis: ((sample.dts + sample.compositionOffset) / info.timescale - start) * 1000, track: info, data });
  }
  return keyframes;
}

function keyframeNumbers(track: Mp4Track): number[] {
  const numbers: number[] = [];
  for (let i = 0; i < track.sampleCount; i++) if (track.sample(i).isKeyframe) numbers.push(i);
  return numbers;
}

/** At most `count` of them, evenly, each from the middle of its part. */
function spread(numbers: readonly number[], count: number): number[] {
  if (numbers.length <= count) return [...numbers];
  return Array.from({ length: count }, (_, i) => numbers[Math.floor(((i + 0.5) * numbers.length) / count)] ?? 0);
}
