// Lists of parameter sets as avcC and hvcC hold them: 16-bit length, bytes (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1).

import { FormatError } from '../errors.ts';
import { viewOf } from '../bytes.ts';

/** `count` parameter sets from `at`, as views. Throws FormatError when one passes the end. */
export function readParameterSets(
  bytes: Uint8Array,
  at: number,
  count: number,
  path: readonly string[],
): { sets: Uint8Array[]; next: number } {
  const view = viewOf(bytes);
  const sets: Uint8Array[] = [];
  let next = at;
  for (let i = 0; i < count; i++) {
    const length = next + 2 <= bytes.length ? view.getUint16(next) : 0;
    if (next + 2 + length > bytes.length) {
      throw new FormatError(next, path, `parameter set ${i + 1} of ${count} passes the end ${bytes.length}`);
    }
    sets.push(bytes.subarray(next + 2, next + 2 + length));
    next += 2 + length;
  }
  return { sets, next };
}

/** The sets with their 16-bit lengths, in parts. Throws FormatError for a set of more than 65535 bytes. */
export function writeParameterSets(sets: readonly Uint8Array[], path: readonly string[]): Uint8Array[] {
  return sets.flatMap((set) => {
    if (set.length > 0xffff) throw new FormatError(0, path, `parameter set of ${set.length} bytes > 65535`);
    return [Uint8Array.of(set.length >>> 8, set.length & 0xff), set];
  });
}
