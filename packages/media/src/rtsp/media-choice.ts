// Which media of a description are taken: the first video and the first sound that we can, and why the others are not.

import type { MediaFormat } from '../rtp/format.ts';
import { readMediaFormat } from '../rtp/format.ts';
import type { Sdp, SdpMedia } from './sdp.ts';

/** A media to set up; `control` as it stands in the description. */
export type ChosenMedia = { format: MediaFormat; control: string | undefined };
/** A media passed over. */
export type SkippedMedia = { kind: string; reason: string };

/** Chooses. With several of a kind, one that the server does not mark as sendonly (ONVIF's back channel) comes first. */
export function chooseMedia(
  sdp: Sdp,
  wants: { video: boolean; audio: boolean },
): { chosen: ChosenMedia[]; skipped: SkippedMedia[] } {
  const chosen: ChosenMedia[] = [];
  const skipped: SkippedMedia[] = [];
  const inOrder = [...sdp.media].sort((a, b) => Number(a.direction === 'sendonly') - Number(b.direction === 'sendonly'));
  for (const media of inOrder) {
    const found = formatOf(media, wants);
    if (typeof found === 'string') skipped.push({ kind: media.kind, reason: found });
    else if (chosen.some(({ format }) => format.kind === found.kind)) skipped.push({ kind: media.kind, reason: 'another one is taken' });
    else chosen.push({ format: found, control: media.control });
  }
  chosen.sort((a, b) => Number(a.format.kind === 'audio') - Number(b.format.kind === 'audio'));
  return { chosen, skipped };
}

function formatOf(media: SdpMedia, wants: { video: boolean; audio: boolean }): MediaFormat | string {
  if (media.kind !== 'video' && media.kind !== 'audio') return `${media.kind} is not taken`;
  if (!wants[media.kind]) return 'not wanted';
  if (media.protocol.includes('SAVP')) return `${media.protocol} (encrypted) is not supported`;
  if (media.direction === 'inactive') return 'inactive';
  let reason = 'no format';
  for (const format of media.formats) {
    const found = readMediaFormat(format, media.framesPerSecond);
    if (typeof found !== 'string' && found.kind === media.kind) return found;
    reason = typeof found === 'string' ? found : `${format.encoding} is no ${media.kind}`;
  }
  return reason;
}
