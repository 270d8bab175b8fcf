// Protocol control and user control messages (Adobe RTMP 1.0 §5.4, §7.1.7), each as bytes ready to send.

import { viewOf } from '../bytes.ts';
import { chunkStreams, initialChunkSize, writeChunks } from './chunk-writer.ts';
import { messageTypes } from './message.ts';

/** Event types of user control messages. */
export const userEvents = { streamBegin: 0, streamEof: 1, setBufferLength: 3, pingRequest: 6, pingResponse: 7 } as const;

/** "From now on my chunks hold up to `size` bytes." */
export function setChunkSize(size: number): Uint8Array {
  return control(messageTypes.setChunkSize, uint32s([size]));
}

/** "I have received `bytes` so far" (modulo 2^32). */
export function acknowledgement(bytes: number): Uint8Array {
  return control(messageTypes.acknowledgement, uint32s([bytes]));
}

/** "Acknowledge each `bytes` that you get from me." */
export function windowAckSize(bytes: number): Uint8Array {
  return control(messageTypes.windowAckSize, uint32s([bytes]));
}

/** "Send at most `bytes` unacknowledged", with the dynamic limit type (2). */
export function setPeerBandwidth(bytes: number): Uint8Array {
  const body = new Uint8Array(5);
  viewOf(body).setUint32(0, bytes);
  body[4] = 2;
  return control(messageTypes.setPeerBandwidth, body);
}

/** A user control event with its 32-bit values: a stream id, milliseconds or a timestamp. */
export function userControl(event: number, ...values: readonly number[]): Uint8Array {
  const body = new Uint8Array(2 + values.length * 4);
  viewOf(body).setUint16(0, event);
  body.set(uint32s(values), 2);
  return control(messageTypes.userControl, body);
}

function control(typeId: number, body: Uint8Array): Uint8Array {
  return writeChunks({ typeId, streamId: 0, timestamp: 0, body }, chunkStreams.control, initialChunkSize);
}

function uint32s(values: readonly number[]): Uint8Array {
  const bytes = new Uint8Array(values.length * 4);
  const view = viewOf(bytes);
  values.forEach((value, i) => view.setUint32(i * 4, value));
  return bytes;
}
