// MPEG transport stream of one video and/or one audio track, in segments for HLS (RFC 8216 §3.2). ISO/IEC 13818-1.

import { readAudioConfig } from '../codec/aac.ts';
import { viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import type { AudioTrack, Packet, Track, VideoTrack } from '../packet.ts';
import { rescale } from '../time.ts';
import { adtsTemplate, type AnnexBUnit, annexBUnit, videoFraming, type VideoFraming, writeAdtsFrame, writeAnnexB } from './access-unit.ts';
import { countTsPackets, type PesLayout, pesHeaderSize, spreadOverTsPackets, tsPacketSize, wrapTicks, writePesHeader, writeTsHeader } from './pes.ts';
import { writePat, writePmt } from './section.ts';

const pids = { pat: 0, pmt: 0x1000, video: 0x100, audio: 0x101 };
const streamTypes = { h264: 0x1b, h265: 0x24, aac: 0x0f };
const streamIds = { video: 0xe0, audio: 0xc0 };

/** Room before 0 for negative decode times (B-frames at the start), and by how much the clock runs ahead of decoding; 90 kHz. */
const timeOrigin = 90_000;
const clockLead = 63_000;

/** AAC frames share a PES packet up to these bounds, so that small ones do not each cost a padded transport packet. */
const audioPesLimit = { bytes: 2800, ticks: 18_000 };
/** How far a frame's time may lie from where its PES packet puts it: 10 ms. */
const timestampTolerance = 900;

type Video = { track: VideoTrack; framing: VideoFraming };
/** `frameTicks`: length of an AAC frame at 90 kHz. */
type Audio = { track: AudioTrack; template: Uint8Array; frameTicks: number };
type VideoPes = { kind: 'video'; layout: PesLayout; unit: AnnexBUnit };
type AudioPes = { kind: 'audio'; layout: PesLayout; template: Uint8Array; frames: Uint8Array[]; firstPts: number; nextPts: number };
type Pes = VideoPes | AudioPes;

/**
 * Writes segments that follow each other: continuity counters run on. PTS and DTS are the packets' times in 90 kHz plus 1 s,
 * wrapping at 33 bits; give both tracks times with the same zero. Make a new one when a track's configuration changes.
 */
export class TsMuxer {
  readonly #video: Video | undefined;
  readonly #audio: Audio | undefined;
  readonly #pat = writePat(pids.pmt);
  readonly #pmt: Uint8Array;
  readonly #counters = new Map<number, number>();

  /** FormatError for a damaged configuration, RangeError for more than one track of a kind or none. */
  constructor(tracks: readonly Track[]) {
    for (const track of tracks) {
      if (track.kind === 'video' && !this.#video) this.#video = { track, framing: videoFraming(track) };
      else if (track.kind === 'audio' && !this.#audio) this.#audio = prepareAudio(track);
      else throw new RangeError(`more than one ${track.kind} track`);
    }
    if (tracks.length === 0) throw new RangeError('no tracks');
    const streams = tracks.map((track) => ({ pid: pids[track.kind], streamType: streamTypes[track.codec] }));
    this.#pmt = writePmt(this.#video ? pids.video : pids.audio, streams);
  }

  /**
   * One segment: PAT, PMT and the packets in the given order (by decode time; a segment should begin with a keyframe).
   * FormatError for a packet whose NAL units or AAC frame do not fit; then nothing has been counted.
   */
  writeSegment(packets: readonly Packet[]): Uint8Array {
    const plan = this.#plan(packets);
    const count = plan.reduce((sum, { layout }) => sum + countTsPackets(layout), 2);
    const out = new Uint8Array(count * tsPacketSize);
    const view = viewOf(out);
    this.#writeTable(out, 0, pids.pat, this.#pat);
    this.#writeTable(out, tsPacketSize, pids.pmt, this.#pmt);
    let at = 2 * tsPacketSize;
    for (const pes of plan) at = this.#writePes(pes, out, view, at);
    return out;
  }

  #plan(packets: readonly Packet[]): Pes[] {
    const plan: Pes[] = [];
    let open: AudioPes | undefined;
    for (const packet of packets) {
      if (packet.kind === 'video') {
        plan.push(this.#planVideo(packet));
        continue;
      }
      const { pes, isNew } = this.#planAudio(packet, open);
      if (isNew) plan.push(pes);
      open = pes;
    }
    return plan;
  }

  #planVideo(packet: Packet): Pes {
    if (!this.#video) throw new RangeError('a video packet, but no video track');
    const { framing, track } = this.#video;
    const unit = annexBUnit(framing, packet);
    const pts = rescale(packet.dts + packet.compositionOffset, track.timescale, 90_000) + timeOrigin;
    // A picture shown before it is decoded (RTMP's offsets have a sign) cannot be said here.
    const dts = Math.min(rescale(packet.dts, track.timescale, 90_000) + timeOrigin, pts);
    const layout: PesLayout = {
      pid: pids.video,
      streamId: streamIds.video,
      pts: wrapTicks(pts),
      dts: dts === pts ? undefined : wrapTicks(dts),
      pcr: wrapTicks(dts - clockLead),
      isRandomAccess: packet.isKeyframe,
      payloadSize: unit.size,
    };
    return { kind: 'video', layout, unit };
  }

  #planAudio(packet: Packet, open: AudioPes | undefined): { pes: AudioPes; isNew: boolean } {
    if (!this.#audio) throw new RangeError('an audio packet, but no audio track');
    const { track, template, frameTicks } = this.#audio;
    const size = template.length + packet.data.length;
    if (size > 0x1fff) throw new FormatError(0, ['ADTS'], `frame length ${size} > 8191`);
    const pts = rescale(packet.dts, track.timescale, 90_000) + timeOrigin;
    if (open && hasRoom(open, size, pts)) {
      open.frames.push(packet.data);
      open.layout.payloadSize += size;
      open.nextPts += frameTicks;
      return { pes: open, isNew: false };
    }
    const layout: PesLayout = {
      pid: pids.audio,
      streamId: streamIds.audio,
      pts: wrapTicks(pts),
      dts: undefined,
      pcr: this.#video ? undefined : wrapTicks(pts - clockLead),
      isRandomAccess: true,
      payloadSize: size,
    };
    return { pes: { kind: 'audio', layout, template, frames: [packet.data], firstPts: pts, nextPts: pts + frameTicks }, isNew: true };
  }

  #writePes(pes: Pes, out: Uint8Array, view: DataView, at: number): number {
    const { layout } = pes;
    const end = at + countTsPackets(layout) * tsPacketSize;
    let next = writePesHeader(layout, out, end - layout.payloadSize - pesHeaderSize(layout));
    if (pes.kind === 'video') writeAnnexB(pes.unit, out, view, next);
    else for (const frame of pes.frames) next = writeAdtsFrame(pes.template, frame, out, next);
    const counter = this.#counters.get(layout.pid) ?? 0;
    this.#counters.set(layout.pid, spreadOverTsPackets(layout, counter, out, at, end));
    return end;
  }

  #writeTable(out: Uint8Array, at: number, pid: number, section: Uint8Array): void {
    const counter = this.#counters.get(pid) ?? 0;
    this.#counters.set(pid, (counter + 1) & 15);
    writeTsHeader(out, at, pid, true, false, counter);
    // One zero byte: the section begins at once.
    out.set(section, at + 5);
    out.fill(0xff, at + 5 + section.length, at + tsPacketSize);
  }
}

function prepareAudio(track: AudioTrack): Audio {
  const { samplesPerFrame, sampleRate } = readAudioConfig(track.config);
  return { track, template: adtsTemplate(track), frameTicks: (samplesPerFrame * 90_000) / sampleRate };
}

// Only the first frame of a PES packet has a time of its own, so the others must follow it without a gap.
function hasRoom(pes: AudioPes, size: number, pts: number): boolean {
  return (
    pes.layout.payloadSize + size <= audioPesLimit.bytes &&
    pes.nextPts - pes.firstPts < audioPesLimit.ticks &&
    Math.abs(pts - pes.nextPts) < timestampTolerance
  );
}
