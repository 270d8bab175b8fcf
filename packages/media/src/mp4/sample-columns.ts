// The samples of one track in one fragment, a column a field: the same memory fragment after fragment.

/** Most fragments have fewer samples a track. */
const firstCapacity = 64;

/** All times in ticks of the track. */
export class SampleColumns {
  /** 1 for the first track of the initialisation segment, 2 for the second … */
  readonly trackId: number;
  count = 0;
  /** Each ≥ 0 and rising. */
  dts = new Float64Array(firstCapacity);
  sizes = new Uint32Array(firstCapacity);
  compositionOffsets = new Int32Array(firstCapacity);
  /** 1 for a keyframe. */
  keyframes = new Uint8Array(firstCapacity);
  /** Decode time of the sample that will follow, or the end of the last one: gives the last sample its duration. */
  endDts = 0;

  constructor(trackId: number) {
    this.trackId = trackId;
  }

  add(dts: number, size: number, compositionOffset: number, isKeyframe: boolean): void {
    const i = this.count;
    if (i === this.dts.length) this.#grow();
    this.dts[i] = dts;
    this.sizes[i] = size;
    this.compositionOffsets[i] = compositionOffset;
    this.keyframes[i] = isKeyframe ? 1 : 0;
    this.count = i + 1;
  }

  clear(): void {
    this.count = 0;
  }

  #grow(): void {
    const { dts, sizes, compositionOffsets, keyframes } = this;
    const capacity = 2 * dts.length;
    (this.dts = new Float64Array(capacity)).set(dts);
    (this.sizes = new Uint32Array(capacity)).set(sizes);
    (this.compositionOffsets = new Int32Array(capacity)).set(compositionOffsets);
    (this.keyframes = new Uint8Array(capacity)).set(keyframes);
  }
}
