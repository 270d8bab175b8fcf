// The size that a lossy WebP says it has (RFC 9649 §2.5: a RIFF file whose first chunk is a VP8 keyframe, RFC 6386 §9.1).

/** Pixels of the frame; undefined for what is no whole lossy WebP. */
export function webpSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 30 || view.getUint32(0) !== 0x52494646 || view.getUint32(4, true) + 8 !== bytes.length) return undefined;
  if (view.getUint32(8) !== 0x57454250 || view.getUint32(12) !== 0x56503820) return undefined;
  // An interframe shows nothing by itself; the start code follows the frame tag.
  if (((bytes[20] ?? 1) & 1) === 1 || view.getUint16(23) !== 0x9d01 || bytes[25] !== 0x2a) return undefined;
  const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  return width > 0 && height > 0 ? { width, height } : undefined;
}
