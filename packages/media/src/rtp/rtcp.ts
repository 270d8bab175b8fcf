// RTCP (RFC 3550 §6): reads compound packets of sender reports, receiver reports, names and BYE; writes receiver reports.

import { concatBytes, viewOf } from '../bytes.ts';
import { FormatError } from '../errors.ts';
import { decodeText, encodeText } from '../flv/text.ts';
import { uint32At } from './packet.ts';

/** How one source is received (RFC 3550 §6.4.1). */
export type ReportBlock = {
  ssrc: number;
  /** Lost since the last report, in 1/256. */
  fractionLost: number;
  /** Lost in all, signed 24 bits. */
  lost: number;
  /** Highest sequence number, with the count of its wraps above 16 bits. */
  highestSequence: number;
  /** Ticks of the source's clock. */
  jitter: number;
  /** The middle 32 bits of the last sender report's NTP time. */
  lastReport: number;
  /** Since then, in 1/65536 s. */
  delay: number;
};

export type RtcpPacket =
  | {
      type: 'sender-report';
      ssrc: number;
      /** Ms since 1900-01-01, not rounded; 0 when the sender has no clock. */
      wallMillis: number;
      /** The middle 32 bits of the NTP time, for the answer. */
      ntpMiddle: number;
      rtpTime: number;
      packets: number;
      octets: number;
      blocks: ReportBlock[];
    }
  | { type: 'receiver-report'; ssrc: number; blocks: ReportBlock[] }
  | { type: 'names'; names: { ssrc: number; cname: string }[] }
  | { type: 'bye'; ssrcs: number[] };

const types = { senderReport: 200, receiverReport: 201, names: 202, bye: 203 } as const;
const path = ['RTCP'];

/** Reads a compound packet; kinds not listed are passed over. Throws FormatError. */
export function readRtcp(bytes: Uint8Array): RtcpPacket[] {
  const packets: RtcpPacket[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes.length - at < 4) throw new FormatError(at, path, `${bytes.length - at} bytes < 4`);
    const first = bytes[at] ?? 0;
    if (first >>> 6 !== 2) throw new FormatError(at, path, `version ${first >>> 6} is not 2`);
    const next = at + 4 + 4 * (((bytes[at + 2] ?? 0) << 8) | (bytes[at + 3] ?? 0));
    if (next > bytes.length) throw new FormatError(at, path, `packet passes the end ${bytes.length}`);
    const packet = readOne(bytes[at + 1] ?? 0, first & 31, bytes.subarray(at, next), at);
    if (packet !== undefined) packets.push(packet);
    at = next;
  }
  return packets;
}

function readOne(type: number, count: number, bytes: Uint8Array, offset: number): RtcpPacket | undefined {
  switch (type) {
    case types.senderReport:
      return readSenderReport(bytes, count, offset);
    case types.receiverReport: {
      need(bytes, 8, offset, 'receiver report');
      return { type: 'receiver-report', ssrc: uint32At(bytes, 4), blocks: readBlocks(bytes, 8, count, offset) };
    }
    case types.names:
      return { type: 'names', names: readNames(bytes, count) };
    case types.bye: {
      need(bytes, 4 + 4 * count, offset, 'BYE');
      return { type: 'bye', ssrcs: Array.from({ length: count }, (_, i) => uint32At(bytes, 4 + 4 * i)) };
    }
    default:
      return undefined;
  }
}

function readSenderReport(bytes: Uint8Array, count: number, offset: number): RtcpPacket {
  need(bytes, 28, offset, 'sender report');
  const seconds = uint32At(bytes, 8);
  const fraction = uint32At(bytes, 12);
  return {
    type: 'sender-report',
    ssrc: uint32At(bytes, 4),
    wallMillis: seconds * 1000 + (fraction * 1000) / 2 ** 32,
    ntpMiddle: ((seconds << 16) | (fraction >>> 16)) >>> 0,
    rtpTime: uint32At(bytes, 16),
    packets: uint32At(bytes, 20),
    octets: uint32At(bytes, 24),
    blocks: readBlocks(bytes, 28, count, offset),
  };
}

function need(bytes: Uint8Array, length: number, offset: number, what: string): void {
  if (bytes.length < length) throw new FormatError(offset, [...path, what], `${bytes.length} bytes < ${length}`);
}

function readBlocks(bytes: Uint8Array, start: number, count: number, offset: number): ReportBlock[] {
  need(bytes, start + 24 * count, offset, 'report blocks');
  return Array.from({ length: count }, (_, i) => {
    const at = start + 24 * i;
    return {
      ssrc: uint32At(bytes, at),
      fractionLost: bytes[at + 4] ?? 0,
      lost: (uint32At(bytes, at + 4) << 8) >> 8,
      highestSequence: uint32At(bytes, at + 8),
      jitter: uint32At(bytes, at + 12),
      lastReport: uint32At(bytes, at + 16),
      delay: uint32At(bytes, at + 20),
    };
  });
}

/** CNAME items; a chunk that does not end ends the list, for nothing depends on it. */
function readNames(bytes: Uint8Array, count: number): { ssrc: number; cname: string }[] {
  const names: { ssrc: number; cname: string }[] = [];
  let at = 4;
  for (let i = 0; i < count && at + 4 <= bytes.length; i++) {
    const ssrc = uint32At(bytes, at);
    at += 4;
    while (at < bytes.length && bytes[at] !== 0) {
      const end = at + 2 + (bytes[at + 1] ?? 0);
      if (bytes[at] === 1 && end <= bytes.length) names.push({ ssrc, cname: decodeText(bytes.subarray(at + 2, end)) });
      at = end;
    }
    // Zeros up to the next multiple of 4, at least one.
    at = (at + 4) & ~3;
  }
  return names;
}

/** A compound packet of one receiver report (31 blocks at most) and our CNAME. */
export function writeReceiverReport(ssrc: number, blocks: readonly ReportBlock[], cname: string): Uint8Array {
  const report = head(types.receiverReport, blocks.length, 8 + 24 * blocks.length);
  viewOf(report).setUint32(4, ssrc);
  blocks.forEach((block, i) => writeBlock(report, 8 + 24 * i, block));
  return concatBytes([report, writeName(ssrc, cname)]);
}

/** A sender report without blocks, with a CNAME, for senders in tests and benches. */
export function writeSenderReport(report: Extract<RtcpPacket, { type: 'sender-report' }>, cname: string): Uint8Array {
  const bytes = head(types.senderReport, report.blocks.length, 28 + 24 * report.blocks.length);
  const view = viewOf(bytes);
  view.setUint32(4, report.ssrc);
  view.setUint32(8, Math.floor(report.wallMillis / 1000));
  view.setUint32(12, Math.floor(((report.wallMillis % 1000) / 1000) * 2 ** 32));
  view.setUint32(16, report.rtpTime);
  view.setUint32(20, report.packets);
  view.setUint32(24, report.octets);
  report.blocks.forEach((block, i) => writeBlock(bytes, 28 + 24 * i, block));
  return concatBytes([bytes, writeName(report.ssrc, cname)]);
}

/** BYE of some sources. */
export function writeBye(ssrcs: readonly number[]): Uint8Array {
  const bytes = head(types.bye, ssrcs.length, 4 + 4 * ssrcs.length);
  ssrcs.forEach((ssrc, i) => viewOf(bytes).setUint32(4 + 4 * i, ssrc));
  return bytes;
}

function writeName(ssrc: number, cname: string): Uint8Array {
  const text = encodeText(cname).subarray(0, 255);
  const bytes = head(types.names, 1, (8 + 2 + text.length + 4) & ~3);
  viewOf(bytes).setUint32(4, ssrc);
  bytes.set([1, text.length], 8);
  bytes.set(text, 10);
  return bytes;
}

function head(type: number, count: number, length: number): Uint8Array {
  const bytes = new Uint8Array(length);
  bytes.set([0x80 | count, type, (length / 4 - 1) >>> 8, length / 4 - 1]);
  return bytes;
}

function writeBlock(bytes: Uint8Array, at: number, block: ReportBlock): void {
  const view = viewOf(bytes);
  view.setUint32(at, block.ssrc);
  view.setUint32(at + 4, ((block.fractionLost & 0xff) << 24) | (block.lost & 0xffffff));
  view.setUint32(at + 8, block.highestSequence);
  view.setUint32(at + 12, block.jitter);
  view.setUint32(at + 16, block.lastReport);
  view.setUint32(at + 20, block.delay);
}
