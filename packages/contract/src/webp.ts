// Whether bytes are a lossy WebP picture: RFC 9649 §2.5, a RIFF file whose first chunk is a VP8 keyframe (RFC 6386 §9.1).

/** Width and height in pixels; `undefined` for anything but a whole lossy WebP. */
export function webpSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const { length } = bytes;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  if (length < 30 || text(bytes, 0) !== 'RIFF' || view.getUint32(4, true) + 8 !== length || text(bytes, 8) !== 'WEBP' || text(bytes, 12) !== 'VP8 ') return undefined;
  const isKeyframe = ((bytes[20] ?? 1) & 1) === 0;
  if (!isKeyframe || bytes[23] !== 0x9d || bytes[24] !== 0x01 || bytes[25] !== 0x2a) return undefined;
  // Above the 14 bits of each stands how the picture is to be enlarged.
  const [width, height] = [view.getUint16(26, true) & 0x3fff, view.getUint16(28, true) & 0x3fff];
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function text(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}
