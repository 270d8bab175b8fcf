// AMF 0 values (Adobe Action Message Format AMF 0, 2007): what RTMP commands and FLV script tags are made of.

import { concatBytes, viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import { decodeText, encodeText } from './text.ts';

/** A value. Objects, typed objects and ECMA arrays all read as plain objects, XML documents as strings. */
export type AmfValue = number | boolean | string | null | undefined | Date | AmfValue[] | AmfObject;

/** Properties by name, in the order of the wire. */
export type AmfObject = { [name: string]: AmfValue };

/** Deepest nesting, and most values in one piece, that a reader accepts. */
const maxDepth = 16;
const maxValues = 10_000;
const objectEnd = 9;

/**
 * Reads the value at `at`; undefined when it is not all there yet.
 * Throws FormatError for unknown markers, references, AMF 3 and for nesting or counts past the bounds.
 */
export function readAmf0(bytes: Uint8Array, at: number): { value: AmfValue; next: number } | undefined {
  const reader = new AmfReader(bytes, at);
  try {
    return { value: reader.value(0), next: reader.at };
  } catch (error) {
    if (error === short) return undefined;
    throw error;
  }
}

/** Unwinds the reader when bytes run out; never leaves this file. */
const short = new Error('more bytes needed');

class AmfReader {
  at: number;
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #values = 0;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#view = viewOf(bytes);
    this.at = at;
  }

  value(depth: number): AmfValue {
    const start = this.at;
    if (depth > maxDepth) throw this.#error(start, `nested deeper than ${maxDepth}`);
    if (++this.#values > maxValues) throw this.#error(start, `more than ${maxValues} values`);
    const marker = this.#view.getUint8(this.#take(1));
    switch (marker) {
      case 0:
        return this.#view.getFloat64(this.#take(8));
      case 1:
        return this.#view.getUint8(this.#take(1)) !== 0;
      case 2:
        return this.#text(this.#view.getUint16(this.#take(2)));
      case 3:
        return this.#object(depth);
      case 5:
        return null;
      case 6:
      case 13:
        return undefined;
      case 8:
        // The count of an ECMA array is only a hint (FLV 10.1 Annex E calls it approximate): the end marker rules.
        this.#take(4);
        return this.#object(depth);
      case 10:
        return this.#array(depth);
      case 11:
        return this.#date();
      case 12:
      case 15:
        return this.#text(this.#view.getUint32(this.#take(4)));
      case 16:
        this.#text(this.#view.getUint16(this.#take(2)));
        return this.#object(depth);
      default:
        throw this.#error(start, `marker ${marker} is not supported`);
    }
  }

  #object(depth: number): AmfObject {
    const object: AmfObject = {};
    for (;;) {
      const name = this.#text(this.#view.getUint16(this.#take(2)));
      if (name === '' && this.#view.getUint8(this.#take(1)) === objectEnd) return object;
      if (name === '') this.at--;
      // Assignment would run the setter of a peer's "__proto__".
      Object.defineProperty(object, name, {
        value: this.value(depth + 1),
        enumerable: true,
        configurable: true,
        writable: true,
      });
    }
  }

  #array(depth: number): AmfValue[] {
    const start = this.at;
    const count = this.#view.getUint32(this.#take(4));
    if (count > maxValues) throw this.#error(start, `array of ${count} values > ${maxValues}`);
    const array: AmfValue[] = [];
    while (array.length < count) array.push(this.value(depth + 1));
    return array;
  }

  /** The time zone behind the milliseconds is reserved and to be ignored (§2.13). */
  #date(): Date {
    const millis = this.#view.getFloat64(this.#take(8));
    this.#take(2);
    return new Date(millis);
  }

  #text(length: number): string {
    const start = this.#take(length);
    return decodeText(this.#bytes.subarray(start, start + length));
  }

  #take(length: number): number {
    const start = this.at;
    if (length > this.#bytes.length - start) throw short;
    this.at = start + length;
    return start;
  }

  #error(at: number, problem: string): FormatError {
    return new FormatError(at, ['AMF0'], problem);
  }
}

/** The value's bytes; plain objects as objects. Throws FormatError past the depth or the 65535 bytes of a name. */
export function writeAmf0(value: AmfValue): Uint8Array {
  const parts: Uint8Array[] = [];
  writeValue(value, parts, 0);
  return concatBytes(parts);
}

/** The object's bytes as an ECMA array, the form that onMetaData has in files (FLV 10.1 Annex E.5). */
export function writeEcmaArray(object: AmfObject): Uint8Array {
  const parts: Uint8Array[] = [withUint32(8, Object.keys(object).length)];
  writeProperties(object, parts, 0);
  return concatBytes(parts);
}

function writeValue(value: AmfValue, parts: Uint8Array[], depth: number): void {
  if (depth > maxDepth) throw new FormatError(0, ['AMF0'], `nested deeper than ${maxDepth}`);
  if (typeof value === 'number') parts.push(withFloat64(0, value, 9));
  else if (typeof value === 'boolean') parts.push(Uint8Array.of(1, value ? 1 : 0));
  else if (typeof value === 'string') writeString(value, parts);
  else if (value === null) parts.push(Uint8Array.of(5));
  else if (value === undefined) parts.push(Uint8Array.of(6));
  else if (value instanceof Date) parts.push(withFloat64(11, value.getTime(), 11));
  else if (Array.isArray(value)) {
    parts.push(withUint32(10, value.length));
    for (const item of value) writeValue(item, parts, depth + 1);
  } else {
    parts.push(Uint8Array.of(3));
    writeProperties(value, parts, depth);
  }
}

function writeString(text: string, parts: Uint8Array[]): void {
  const bytes = encodeText(text);
  if (bytes.length > 0xffff) parts.push(withUint32(12, bytes.length), bytes);
  else parts.push(Uint8Array.of(2, bytes.length >>> 8, bytes.length & 0xff), bytes);
}

function writeProperties(object: AmfObject, parts: Uint8Array[], depth: number): void {
  for (const [name, value] of Object.entries(object)) {
    const bytes = encodeText(name);
    if (bytes.length > 0xffff) throw new FormatError(0, ['AMF0'], `name of ${bytes.length} bytes > 65535`);
    parts.push(Uint8Array.of(bytes.length >>> 8, bytes.length & 0xff), bytes);
    writeValue(value, parts, depth + 1);
  }
  parts.push(Uint8Array.of(0, 0, objectEnd));
}

function withFloat64(marker: number, value: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes[0] = marker;
  viewOf(bytes).setFloat64(1, value);
  return bytes;
}

function withUint32(marker: number, value: number): Uint8Array {
  const bytes = new Uint8Array(5);
  bytes[0] = marker;
  viewOf(bytes).setUint32(1, value);
  return bytes;
}
