// Commands and data messages (Adobe RTMP 1.0 §7.1.1, §7.1.2, §7.2): a name, a transaction number and AMF 0 values.

import { concatBytes } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { AmfObject, AmfValue } from '../flv/amf0.ts';
import { readAmf0, writeAmf0 } from '../flv/amf0.ts';
import { chunkStreams, rtmpChunkSize, writeChunks } from './chunk-writer.ts';
import type { RtmpMessage } from './message.ts';
import { messageTypes } from './message.ts';

/** One command: `values` are the command object (or null) and the arguments. */
export type RtmpCommand = { name: string; transaction: number; values: AmfValue[] };

const path = ['RTMP command'];

/** Reads a command message, AMF 0 or the AMF 0 inside of AMF 3. Throws FormatError. */
export function readCommand(message: RtmpMessage): RtmpCommand {
  const body = message.typeId === messageTypes.commandAmf3 ? unwrapAmf3(message.body) : message.body;
  const [name, transaction, ...values] = readValues(body);
  if (typeof name !== 'string') throw new FormatError(0, path, 'no name');
  return { name, transaction: typeof transaction === 'number' ? transaction : 0, values };
}

function readValues(body: Uint8Array): AmfValue[] {
  const values: AmfValue[] = [];
  let at = 0;
  while (at < body.length) {
    const read = readAmf0(body, at);
    if (read === undefined) throw new FormatError(at, path, `value passes the end ${body.length}`);
    if (values.length >= maxValues) throw new FormatError(at, path, `more than ${maxValues} values`);
    values.push(read.value);
    at = read.next;
  }
  return values;
}

const maxValues = 64;

/** Type 15 and 17 messages open with a byte 0 and go on in AMF 0: we announce no AMF 3. */
export function unwrapAmf3(body: Uint8Array): Uint8Array {
  return body[0] === 0 ? body.subarray(1) : body;
}

/** A command as bytes ready to send on message stream `streamId`, in chunks of `chunkSize`. */
export function writeCommand(
  streamId: number,
  name: string,
  transaction: number,
  values: readonly AmfValue[],
  chunkSize: number = rtmpChunkSize,
): Uint8Array {
  const body = concatBytes([name, transaction, ...values].map(writeAmf0));
  const message = { typeId: messageTypes.commandAmf0, streamId, timestamp: 0, body };
  return writeChunks(message, chunkStreams.command, chunkSize);
}

/** A data message as bytes ready to send. */
export function writeData(streamId: number, values: readonly AmfValue[]): Uint8Array {
  const message = { typeId: messageTypes.dataAmf0, streamId, timestamp: 0, body: concatBytes(values.map(writeAmf0)) };
  return writeChunks(message, chunkStreams.script, rtmpChunkSize);
}

/** An onStatus command (§7.2.2): what happened to a stream. */
export function writeStatus(streamId: number, level: 'status' | 'warning' | 'error', code: string, description: string): Uint8Array {
  const information: AmfObject = { level, code, description, clientid: 'lubo' };
  return writeCommand(streamId, 'onStatus', 0, [null, information]);
}

/** The body of a script tag from a data message: "@setDataFrame" and the AMF 3 byte taken off. Undefined when that leaves nothing. */
export function scriptBody(message: RtmpMessage): Uint8Array | undefined {
  const body = message.typeId === messageTypes.dataAmf3 ? unwrapAmf3(message.body) : message.body;
  const name = readAmf0(body, 0);
  if (name === undefined || name.value === '@clearDataFrame') return undefined;
  const script = name.value === '@setDataFrame' ? body.subarray(name.next) : body;
  return script.length > 0 ? script : undefined;
}

/** What a publisher puts before the body of a script tag so that a server keeps it for viewers to come. */
export const setDataFrame: Uint8Array = writeAmf0('@setDataFrame');
