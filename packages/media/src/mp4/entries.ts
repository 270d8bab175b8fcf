// A table of 32-bit numbers that grows while it is made: hours of samples without an object for each.

export type Entries = {
  /** One entry of as many numbers as the table is wide. */
  add(...values: readonly number[]): void;
  /** Two wide: (how often in a row, value), as stts and ctts hold them. */
  count(value: number): void;
  /** Entries so far. */
  readonly length: number;
  /** Big-endian. */
  bytes(): Uint8Array;
};

/** An empty table whose entries have `width` numbers. */
export function createEntries(width: number): Entries {
  let numbers = new Uint32Array(256);
  let used = 0;
  const put = (value: number): void => {
    if (used === numbers.length) {
      const grown = new Uint32Array(used * 2);
      grown.set(numbers);
      numbers = grown;
    }
    numbers[used++] = value;
  };
  return {
    add: (...values) => values.forEach(put),
    count(value) {
      if (used > 0 && numbers[used - 1] === value >>> 0) {
        numbers[used - 2] = (numbers[used - 2] ?? 0) + 1;
        return;
      }
      put(1);
      put(value);
    },
    get length() {
      return used / width;
    },
    bytes() {
      const bytes = new Uint8Array(used * 4);
      const view = new DataView(bytes.buffer);
      for (let i = 0; i < used; i++) view.setUint32(i * 4, numbers[i] ?? 0);
      return bytes;
    },
  };
}
