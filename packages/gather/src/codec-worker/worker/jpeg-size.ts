// The size that a JPEG says it has (ITU-T T.81 §B.2.2).

/** Pixels of the first frame header; undefined for what is no whole JPEG. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8 || view.getUint16(bytes.length - 2) !== 0xffd9) return undefined;
  for (let at = 2; at + 9 <= bytes.length; ) {
    const marker = view.getUint16(at);
    if (marker === 0xffc0 || marker === 0xffc1 || marker === 0xffc2) return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
    if (marker < 0xff01 || marker === 0xffda) return undefined;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}
