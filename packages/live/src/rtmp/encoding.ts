// RTMP media messages for players (Adobe RTMP 1.0 §5.3): chunks under full headers, so that all players share them.
import { chunkMedia, concatBytes } from '@lubo/media';
import type { Encoding } from '../encoding.ts';

const made = new Map<number, Encoding>();

/** Tags as messages on this message stream; the same object for the same id, of which a session allows only a few. */
export function rtmpEncoding(streamId: number): Encoding {
  let encoding = made.get(streamId);
  if (encoding === undefined) {
    encoding = {
      name: `rtmp ${streamId}`,
      encode: (tags, base) =>
        concatBytes(tags.map(({ type, timestamp, body }) => chunkMedia(streamId, { type, timestamp: base.stamp(timestamp), body }))),
    };
    made.set(streamId, encoding);
  }
  return encoding;
}
