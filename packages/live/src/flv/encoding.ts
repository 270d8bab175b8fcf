// HTTP-FLV (Adobe FLV 10.1, Annex E): tags one after the other, each with its PreviousTagSize.
import { type FlvTag, concatBytes, writeTag } from '@lubo/media';
import type { Encoding } from '../encoding.ts';

/** Tags as FLV. */
export const flvEncoding: Encoding = {
  name: 'flv',
  encode(tags, base) {
    const write = ({ type, timestamp, body }: FlvTag): Uint8Array => writeTag({ type, timestamp: base.stamp(timestamp), body });
    const [only] = tags;
    return tags.length === 1 && only !== undefined ? write(only) : concatBytes(tags.map(write));
  },
};
