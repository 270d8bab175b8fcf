// The one error of all parsers: what is wrong, at which byte, inside which structure.

/**
 * Malformed bytes. "Not enough bytes yet" is never an error: readers return `undefined` for that.
 * The message reads `byte 132: moov > trak > stsd: entry size 4 < 16`.
 */
export class FormatError extends Error {
  /** Byte offset from the start of what was handed to the reader. */
  readonly offset: number;
  /** Names of the enclosing structures, outermost first. */
  readonly path: readonly string[];

  constructor(offset: number, path: readonly string[], problem: string, options?: ErrorOptions) {
    super([`byte ${offset}`, ...(path.length > 0 ? [path.join(' > ')] : []), problem].join(': '), options);
    this.name = 'FormatError';
    this.offset = offset;
    this.path = path;
  }
}
