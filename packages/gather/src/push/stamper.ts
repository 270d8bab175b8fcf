// Timestamps of one RTMP connection: whole milliseconds from 0, rising, whatever the source's timelines do.
import { ticksToMillis } from '@lubo/media';
import type { Unit } from '../unit.ts';

/** Decode time and composition offset in whole milliseconds. */
export type Stamp = { timestamp: number; compositionOffset: number };

/** Least step from the end of one timeline to the start of the next. */
const leastStepMillis = 20;

/**
 * Stamps units in the order in which they are sent. The first one is 0; on its timeline all keep their true distances. When the
 * source began anew, its timeline follows on the old one after the pause that really passed (`nowMillis`, monotonic).
 */
export function createStamper(): (unit: Unit, nowMillis: number) => Stamp {
  let timeline: number | undefined;
  let baseMillis = 0;
  let newest = 0;
  let newestAt = 0;
  const last = { video: 0, audio: 0 };
  return (unit, nowMillis) => {
    const { packet, millis } = unit;
    if (timeline === undefined) {
      baseMillis = millis;
    } else if (timeline !== unit.timeline) {
      baseMillis = millis - newest - Math.max(leastStepMillis, Math.round(nowMillis - newestAt));
    }
    timeline = unit.timeline;
    // Sound may lie a little before the picture that everything began with.
    const timestamp = Math.max(last[packet.kind], Math.round(millis - baseMillis));
    last[packet.kind] = timestamp;
    newest = Math.max(newest, timestamp);
    newestAt = nowMillis;
    return { timestamp, compositionOffset: compositionMillis(unit, baseMillis, timestamp) };
  };
}

// Rounded as a presentation time, so that pictures keep their even distances on screen.
function compositionMillis({ packet, tracks, millis }: Unit, baseMillis: number, timestamp: number): number {
  if (packet.kind === 'audio') return 0;
  const offset = ticksToMillis(packet.compositionOffset, tracks.video?.timescale ?? 1000);
  return Math.round(millis + offset - baseMillis) - timestamp;
}
