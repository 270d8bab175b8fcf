// One channel's G.711 laid on its timeline as blocks for the AAC encoder: small holes are filled with silence, doubled sound is
// dropped, so that sample times and packet times never drift apart; a large hole ends the run.
import { type SoundFormat, aacRateOf } from '../messages.ts';
import { g711Samples } from './g711.ts';
import { Upsampler, reach } from './upsample.ts';

/** Samples a channel in an AAC frame. */
export const blockSamples = 1024;

/** 1024 samples a channel, interleaved; `at` counts samples a channel on the timeline, at the AAC's rate. */
export type Block = { at: number; samples: Int16Array };

export type LineEvent = { type: 'block'; block: Block } | { type: 'end-of-run' };

/** Deviations of packet times up to this are jitter of the camera's stamps, not holes. */
const toleranceSeconds = 0.02;
/** Holes up to this are filled. */
const fillSeconds = 2;

export type PcmLine = {
  /** A packet's bytes, `at` in samples a channel of the input. Blocks of a run follow one another without a hole. */
  put(at: number, data: Uint8Array): LineEvent[];
};

const silence = (): number => 0;

/** A line that begins where its first packet lies. */
export function createPcmLine({ codec, sampleRate, channels }: SoundFormat): PcmLine {
  const table = g711Samples[codec];
  const factor = aacRateOf(sampleRate) / sampleRate;
  const tolerance = Math.round(toleranceSeconds * sampleRate);
  const longestFill = fillSeconds * sampleRate;
  let upsamplers: Upsampler[] = [];
  /** Where the next input sample belongs; undefined before a run. */
  let next: number | undefined;
  let block = { at: 0, samples: new Int16Array(0), filled: 0 };
  let events: LineEvent[] = [];

  const begin = (at: number): void => {
    next = at;
    upsamplers = Array.from({ length: channels }, () => new Upsampler());
    // The upsampler gives what lies `reach` samples back; the run begins with that much silence, but not before time 0: what
    // would lie there falls off the block's front.
    const first = (at - (factor === 2 ? reach : 0)) * factor;
    block = { at: Math.max(0, first), samples: new Int16Array(blockSamples * channels), filled: Math.min(0, first) };
  };
  const push = (sampleOf: (channel: number) => number): void => {
    const { samples, filled } = block;
    for (let channel = 0; channel < channels; channel++) {
      const at = filled * channels + channel;
      if (factor === 2) upsamplers[channel]?.push(sampleOf(channel), samples, at, at + channels);
      else samples[at] = sampleOf(channel);
    }
    block.filled += factor;
    if (block.filled < blockSamples) return;
    events.push({ type: 'block', block: { at: block.at, samples } });
    block = { at: block.at + blockSamples, samples: new Int16Array(blockSamples * channels), filled: 0 };
  };
  const endRun = (): void => {
    if (block.filled > 0) events.push({ type: 'block', block: { at: block.at, samples: block.samples } });
    events.push({ type: 'end-of-run' });
  };

  return {
    put(at, data) {
      events = [];
      const count = Math.floor(data.length / channels);
      if (next !== undefined && at - next > longestFill) {
        endRun();
        next = undefined;
      }
      if (next === undefined) begin(at);
      const start = next ?? at;
      let skip = 0;
      if (at - start > tolerance) for (let missing = at - start; missing > 0; missing--) push(silence);
      else if (start - at > tolerance) skip = Math.min(count, start - at);
      for (let n = skip; n < count; n++) push((channel) => table[data[n * channels + channel] ?? 0] ?? 0);
      next = Math.abs(at - start) > tolerance ? Math.max(start, at + count) : start + count;
      return events;
    },
  };
}
