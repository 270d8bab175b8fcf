// Twice as many samples a second, so that an AAC frame is half as long. The sample times stay: what goes in at n comes out at 2n.

/** Samples on each side that a new one between two is made of. */
export const reach = 8;

/** A sinc at the half points under a Hann window, its sum 1/2 for one side. */
const weights = ((): Float64Array => {
  const raw = Float64Array.from({ length: reach }, (_, k) => {
    const x = k + 0.5;
    return (Math.sin(Math.PI * x) / (Math.PI * x)) * (0.5 + 0.5 * Math.cos((Math.PI * x) / (reach + 0.5)));
  });
  const sum = raw.reduce((all, each) => all + each, 0);
  return raw.map((each) => each / (2 * sum));
})();

const clip = (value: number): number => Math.max(-32_768, Math.min(32_767, Math.round(value)));

/** One channel's doubling; `push(x)` gives two samples that belong `reach` inputs back. */
export class Upsampler {
  readonly #past = new Float64Array(2 * reach);
  #at = 0;

  /** Writes the sample of `reach` inputs ago and the one halfway to its next. */
  push(sample: number, out: Int16Array, first: number, second: number): void {
    const past = this.#past;
    const size = past.length;
    past[this.#at] = sample;
    this.#at = (this.#at + 1) % size;
    // past[#at] is the oldest; the middle pair lies at #at + reach - 1 and #at + reach.
    let between = 0;
    for (let k = 0; k < reach; k++) {
      between += (weights[k] ?? 0) * ((past[(this.#at + reach - 1 - k) % size] ?? 0) + (past[(this.#at + reach + k) % size] ?? 0));
    }
    out[first] = past[(this.#at + reach - 1) % size] ?? 0;
    out[second] = clip(between);
  }
}
