// Byte ranges of stored objects and the HTTP header that asks for them (RFC 9110 section 14).

/** What a caller asks for: from one byte to another (inclusive; without `to` up to the end), or the last bytes. */
export type ByteRange = { from: number; to?: number } | { last: number };

/** A range of an object of known size: `from` inclusive, `end` exclusive, never beyond the size; empty only for the whole of an empty object. */
export type Span = { from: number; end: number };

/** The bytes that `range` means in an object of `size` bytes; `undefined` when it can't be satisfied (HTTP 416). */
export function spanOf(range: ByteRange | undefined, size: number): Span | undefined {
  if (range === undefined) return { from: 0, end: size };
  if ('last' in range) {
    if (!isCount(range.last) || range.last === 0 || size === 0) return undefined;
    return { from: Math.max(0, size - range.last), end: size };
  }
  const to = range.to ?? size - 1;
  if (!isCount(range.from) || range.from >= size || !isCount(to) || to < range.from) return undefined;
  return { from: range.from, end: Math.min(to, size - 1) + 1 };
}

/**
 * The range in a `Range` header. `undefined` for an absent or malformed header, another unit, or several ranges: all of
 * these may be answered with the whole (RFC 9110 section 14.2).
 */
export function readRangeHeader(header: string | undefined): ByteRange | undefined {
  const match = /^bytes=[ \t]*(\d{0,15})-(\d{0,15})[ \t]*$/i.exec(header ?? '');
  const [, from, to] = match ?? [];
  if (from === undefined || to === undefined || (from === '' && to === '')) return undefined;
  if (from === '') return { last: Number(to) };
  if (to === '') return { from: Number(from) };
  return Number(to) < Number(from) ? undefined : { from: Number(from), to: Number(to) };
}

/** The `Content-Range` header of an answer: the span that is sent, or `undefined` for a refusal (416). */
export function contentRange(span: Span | undefined, size: number): string {
  return span === undefined ? `bytes */${size}` : `bytes ${span.from}-${span.end - 1}/${size}`;
}

const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;
