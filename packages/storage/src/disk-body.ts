// Bytes of an open file as a stream: as much is read as is taken, and the file is closed however the stream ends.
import { Readable } from 'node:stream';
import type { DiskFile } from './disk-files.ts';
import { storageFailed } from './faults.ts';
import type { Span } from './range.ts';

const chunkBytes = 256 * 1024;

/** Streams a span and owns the file from now on. A file shorter than the span ends the stream with `storage-failed`. */
export function streamSpan(file: DiskFile, span: Span): Readable {
  let at = span.from;

  async function readNext(): Promise<Buffer | null> {
    if (at >= span.end) return null;
    const chunk = Buffer.allocUnsafeSlow(Math.min(chunkBytes, span.end - at));
    const length = await file.read(chunk, at);
    if (length === 0) throw storageFailed(`the file ends at byte ${at} instead of ${span.end}`);
    at += length;
    return chunk.subarray(0, length);
  }

  return new Readable({
    highWaterMark: chunkBytes,
    read() {
      readNext().then(
        (chunk) => this.push(chunk),
        (error: unknown) => this.destroy(error as Error),
      );
    },
    destroy(error, done) {
      file.close().then(
        () => done(error),
        (fault: unknown) => done(error ?? (fault as Error)),
      );
    },
  });
}
