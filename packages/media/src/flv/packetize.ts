// From tracks and packets to FLV tags: what the pusher sends and the live server's file sources emit.

import { FormatError } from '../errors.ts';
import type { Packet, Track } from '../packet.ts';
import { writeAudioBody } from './audio.ts';
import { writeMetadata } from './metadata.ts';
import type { FlvTag } from './tag.ts';
import { writeVideoBody } from './video.ts';

/**
 * The tags that open a stream, all at `timestampMs`: onMetaData, then each track's configuration, video first.
 * At most one track of a kind (FLV has no more): FormatError otherwise.
 */
export function configTags(tracks: readonly Track[], timestampMs: number): FlvTag[] {
  const videos = tracks.filter((track) => track.kind === 'video');
  const audios = tracks.filter((track) => track.kind === 'audio');
  if (videos.length > 1 || audios.length > 1) {
    throw new FormatError(0, ['FLV'], `${videos.length} video and ${audios.length} audio tracks: at most one of each`);
  }
  const tags: FlvTag[] = [
    { type: 'script', timestamp: timestampMs, body: writeMetadata({ video: videos[0], audio: audios[0] }) },
  ];
  for (const { codec, config } of videos) {
    const body = writeVideoBody({ codec, packet: 'config', isKeyframe: true, compositionOffset: 0, data: config });
    tags.push({ type: 'video', timestamp: timestampMs, body });
  }
  for (const { codec, config } of audios) {
    tags.push({ type: 'audio', timestamp: timestampMs, body: writeAudioBody({ codec, packet: 'config', data: config }) });
  }
  return tags;
}

/** The tag of one access unit. Times in whole ms, decode time and composition offset; the caller has converted and rounded them. */
export function packetTag(track: Track, packet: Packet, timestampMs: number, compositionOffsetMs: number): FlvTag {
  if (track.kind === 'audio') {
    const body = writeAudioBody({ codec: track.codec, packet: 'frame', data: packet.data });
    return { type: 'audio', timestamp: timestampMs, body };
  }
  const body = writeVideoBody({
    codec: track.codec,
    packet: 'frame',
    isKeyframe: packet.isKeyframe,
    compositionOffset: compositionOffsetMs,
    data: packet.data,
  });
  return { type: 'video', timestamp: timestampMs, body };
}
