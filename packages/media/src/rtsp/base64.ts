// Base64 (RFC 4648 §4), read leniently as cameras write it: without padding, with blanks, in the URL alphabet.

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/';
const values = new Map(Array.from(alphabet, (letter, value) => [letter, value]));
values.set('-', 62).set('_', 63);

/** Bytes of a Base64 text; characters outside the alphabet are passed over. */
export function readBase64(text: string): Uint8Array {
  const bytes = new Uint8Array(Math.floor((text.length * 3) / 4));
  let bits = 0;
  let count = 0;
  let length = 0;
  for (const letter of text) {
    const value = values.get(letter);
    if (value === undefined) continue;
    bits = ((bits << 6) | value) & 0xffff;
    count += 6;
    if (count < 8) continue;
    count -= 8;
    bytes[length++] = bits >>> count;
  }
  return bytes.subarray(0, length);
}

/** Base64 of bytes, padded. */
export function writeBase64(bytes: Uint8Array): string {
  let text = '';
  for (let at = 0; at < bytes.length; at += 3) {
    const group = ((bytes[at] ?? 0) << 16) | ((bytes[at + 1] ?? 0) << 8) | (bytes[at + 2] ?? 0);
    const letters = [18, 12, 6, 0].map((shift) => alphabet[(group >>> shift) & 63]).join('');
    const given = Math.min(3, bytes.length - at);
    text += letters.slice(0, given + 1) + '='.repeat(3 - given);
  }
  return text;
}
