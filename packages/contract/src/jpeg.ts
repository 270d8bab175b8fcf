// Whether bytes are a JPEG picture: its markers are walked up to the frame header (ITU-T T.81, annex B).

/** Width and height in pixels; `undefined` for anything but a whole JPEG. */
export function jpegSize(bytes: Uint8Array): { width: number; height: number } | undefined {
  const { length } = bytes;
  if (length < 4 || bytes[0] !== 0xff || bytes[1] !== 0xd8 || bytes[length - 2] !== 0xff || bytes[length - 1] !== 0xd9) return undefined;
  for (let at = 2; at + 9 < length; ) {
    const marker = bytes[at + 1] ?? 0;
    if (bytes[at] !== 0xff) return undefined;
    if (marker === 0xff) {
      at++;
      continue;
    }
    if (isFrame(marker)) {
      const height = word(bytes, at + 5);
      const width = word(bytes, at + 7);
      return width > 0 && height > 0 ? { width, height } : undefined;
    }
    // A scan or an end before the frame.
    if (marker === 0xda || marker === 0xd9 || marker === 0) return undefined;
    const segment = word(bytes, at + 2);
    if (segment < 2) return undefined;
    at += 2 + segment;
  }
  return undefined;
}

/** SOF0 to SOF15 without the tables and extensions between them (DHT, JPG, DAC). */
function isFrame(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}

const word = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
