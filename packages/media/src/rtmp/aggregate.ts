// Aggregate messages (Adobe RTMP 1.0 §7.1.6): several audio, video and data messages in one, laid out as FLV tags.

import { FormatError } from '../errors.ts';
import { flvTagTypes, readTag } from '../flv/tag.ts';
import type { RtmpMessage } from './message.ts';

/** The messages inside, their times shifted so that the first has the aggregate's. Throws FormatError. */
export function splitAggregate(message: RtmpMessage): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  let at = 0;
  let shift: number | undefined;
  while (at < message.body.length) {
    const read = readTag(message.body, at);
    if (read === undefined) throw new FormatError(at, ['RTMP aggregate'], `tag passes the end ${message.body.length}`);
    const { type, timestamp, body } = read.tag;
    shift ??= message.timestamp - timestamp;
    messages.push({ typeId: flvTagTypes[type], streamId: message.streamId, timestamp: (timestamp + shift) >>> 0, body });
    at = read.next;
  }
  return messages;
}
