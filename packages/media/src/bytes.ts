// Joining, comparing and reading big-endian bytes: the few operations that every format here needs.

/** All parts one after the other in a new array. */
export function concatBytes(parts: readonly Uint8Array[]): Uint8Array {
  let length = 0;
  for (const part of parts) length += part.length;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part, at);
    at += part.length;
  }
  return joined;
}

/** bytes[start, end) in memory of its own. (`slice` of Node's Buffer, which is a Uint8Array, does not copy.) */
export function copyBytes(bytes: Uint8Array, start = 0, end = bytes.length): Uint8Array<ArrayBuffer> {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Same length and content. Not constant in time: never for secrets. */
export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** A view over the same memory. */
export function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Unsigned 24-bit big-endian integer at `at`; the caller has checked the length. */
export function readUint24(view: DataView, at: number): number {
  return (view.getUint8(at) << 16) | view.getUint16(at + 1);
}

/** Writes an unsigned 24-bit big-endian integer at `at`. */
export function writeUint24(view: DataView, at: number, value: number): void {
  view.setUint8(at, (value >>> 16) & 0xff);
  view.setUint16(at + 1, value & 0xffff);
}
