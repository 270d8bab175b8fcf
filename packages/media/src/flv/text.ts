// UTF-8 to and from strings, through the codecs that Node and browsers share but ES2023's types leave out.

type Decoder = { decode(bytes: Uint8Array): string };
type Encoder = { encode(text: string): Uint8Array };

const platform = globalThis as unknown as { TextDecoder: new () => Decoder; TextEncoder: new () => Encoder };
const decoder = new platform.TextDecoder();
const encoder = new platform.TextEncoder();

/** Text of UTF-8 bytes; what is malformed becomes U+FFFD. */
export function decodeText(bytes: Uint8Array): string {
  return decoder.decode(bytes);
}

/** UTF-8 bytes of a text. */
export function encodeText(text: string): Uint8Array {
  return encoder.encode(text);
}
