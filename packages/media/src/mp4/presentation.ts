// Which samples of a track are shown, and how its times lie on the presentation that all tracks share.

import type { Edit } from './edit-list.ts';
import { mediaPresentationTime, type SampleTable } from './samples.ts';

/**
 * A track on the presentation's timeline. A sample is decoded at `dts − presentationStart` and shown at
 * `dts + compositionOffset − presentationStart` (ticks of its track); 0 is the same moment for every track.
 */
export type Presentation = {
  /** Media time that lies at 0 of the presentation. Negative for a track that starts late. */
  presentationStart: number;
  /** Samples `firstSample` up to, not including, `endSample` are needed; the others are cut away by the edit list. */
  firstSample: number;
  endSample: number;
  /** Earliest moment shown, at most 0: below it when an edit cuts into a GOP or an audio frame. */
  startTicks: number;
  /** End of the last sample shown. */
  endTicks: number;
};

/** Applies a track's edit to its samples. Decoding always begins at a keyframe. */
export function presentTrack(samples: SampleTable, edit: Edit, kind: 'video' | 'audio'): Presentation {
  const presentationStart = edit.mediaStart - edit.delay;
  const firstSample = kind === 'video' ? firstVideoSample(samples, edit) : firstAudioSample(samples, edit);
  const endSample = lastSampleEnd(samples, edit, firstSample);
  let startTicks = 0;
  let endTicks = 0;
  for (let i = firstSample; i < endSample; i++) {
    const shown = mediaPresentationTime(samples, i) - presentationStart;
    if (shown < startTicks) startTicks = shown;
    const end = shown + durationOf(samples, i);
    if (end > endTicks) endTicks = end;
  }
  return { presentationStart, firstSample, endSample, startTicks, endTicks };
}

// The keyframe from which the first shown picture can be decoded.
function firstVideoSample(samples: SampleTable, edit: Edit): number {
  let found = samples.count;
  for (let i = 0; i < samples.count; i++) {
    if (samples.keyframes[i] !== 1) continue;
    if (found < samples.count && mediaPresentationTime(samples, i) > edit.mediaStart) break;
    found = i;
  }
  return found;
}

// Encoder priming (frames wholly before the edit) is left out.
function firstAudioSample(samples: SampleTable, edit: Edit): number {
  let i = 0;
  while (i < samples.count && mediaPresentationTime(samples, i) + durationOf(samples, i) <= edit.mediaStart) i++;
  return i;
}

function lastSampleEnd(samples: SampleTable, edit: Edit, first: number): number {
  const limit = edit.mediaStart + edit.duration + edit.tolerance;
  let end = samples.count;
  while (end > first && mediaPresentationTime(samples, end - 1) >= limit) end--;
  return end;
}

function durationOf(samples: SampleTable, i: number): number {
  const next = i + 1 < samples.count ? (samples.dts[i + 1] ?? 0) : samples.endDts;
  return next - (samples.dts[i] ?? 0);
}
