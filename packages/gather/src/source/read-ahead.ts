// Reads samples of a file a little before they are due: half a second at a time, neighbours in one read, never the whole file.
import { type Packet, type ReadAt, packetFromSample } from '@lubo/media';
import { SourceError } from './source-error.ts';
import type { LoopedSample } from './loop.ts';

/** A packet and when it is due, in milliseconds on the timeline. */
export type DuePacket = { millis: number; packet: Packet };

export type ReadAheadLimits = {
  millis: number;
  bytes: number;
  /** Largest gap between two samples in the file that one read may span. */
  gapBytes: number;
  sampleBytes: number;
};

export const defaultReadAheadLimits: ReadAheadLimits = { millis: 500, bytes: 1024 * 1024, gapBytes: 32 * 1024, sampleBytes: 16 * 1024 * 1024 };

/**
 * Reads the next batch from `samples`, at least one packet unless they have ended. SourceError `file-truncated` when the file is
 * shorter than it was, `file-invalid` for a sample beyond all measure; what `readAt` throws comes through.
 */
export function createReadAhead(
  samples: Iterator<LoopedSample, void, void>,
  readAt: ReadAt,
  limits: ReadAheadLimits = defaultReadAheadLimits,
): { next(): Promise<DuePacket[]> } {
  let coming = samples.next();
  const gather = (): LoopedSample[] => {
    const batch: LoopedSample[] = [];
    let bytes = 0;
    while (!coming.done) {
      const { value } = coming;
      const isFull = bytes + value.sample.size > limits.bytes || value.millis - (batch[0] ?? value).millis >= limits.millis;
      if (batch.length > 0 && isFull) break;
      if (value.sample.size > limits.sampleBytes) {
        throw new SourceError('file-invalid', `a sample of ${value.sample.size} bytes, at most ${limits.sampleBytes} are taken`);
      }
      batch.push(value);
      bytes += value.sample.size;
      coming = samples.next();
    }
    return batch;
  };
  return {
    async next() {
      const batch = gather();
      const dataOf = await readSpans(batch, readAt, limits.gapBytes);
      return batch
        .filter(({ sample }) => sample.size > 0)
        .map((looped) => ({ millis: looped.millis, packet: packetFromSample(looped.track, looped.sample, dataOf(looped), looped.shiftTicks) }));
    },
  };
}

type Span = { start: number; end: number; bytes: Uint8Array };

async function readSpans(batch: readonly LoopedSample[], readAt: ReadAt, gapBytes: number): Promise<(looped: LoopedSample) => Uint8Array> {
  const spans: Span[] = [];
  for (const { sample } of [...batch].sort((a, b) => a.sample.offset - b.sample.offset)) {
    const end = sample.offset + sample.size;
    const last = spans.at(-1);
    if (last && sample.offset - last.end <= gapBytes) last.end = Math.max(last.end, end);
    else spans.push({ start: sample.offset, end, bytes: new Uint8Array(0) });
  }
  for (const span of spans) {
    const length = span.end - span.start;
    span.bytes = await readAt(span.start, length);
    if (span.bytes.length < length) {
      throw new SourceError('file-truncated', `the file ends at ${span.start + span.bytes.length}, a sample reaches to ${span.end}`);
    }
  }
  return ({ sample }) => {
    const span = spans.find(({ start, end }) => sample.offset >= start && sample.offset + sample.size <= end);
    return span ? span.bytes.subarray(sample.offset - span.start, sample.offset - span.start + sample.size) : new Uint8Array(0);
  };
}
