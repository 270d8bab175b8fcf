// PES packets and their cutting into transport packets of 188 bytes. ISO/IEC 13818-1 §2.4.3.

/** Ticks of the 90 kHz clock, wrapping at 2^33. */
export type Ticks90k = number;

/** Bytes of a transport packet, and of what one carries after its header. */
export const tsPacketSize = 188;
export const tsPayloadSize = 184;

/** One PES packet to be cut up. `payloadSize` counts what follows the PES header. */
export type PesLayout = {
  pid: number;
  streamId: number;
  pts: Ticks90k;
  /** Only where it differs from `pts`. */
  dts: Ticks90k | undefined;
  pcr: Ticks90k | undefined;
  isRandomAccess: boolean;
  payloadSize: number;
};

const wrap = 2 ** 33;

/** Clock ticks brought into 0 … 2^33 − 1. */
export function wrapTicks(ticks: number): Ticks90k {
  return ((ticks % wrap) + wrap) % wrap;
}

/** Bytes of the PES header. */
export function pesHeaderSize(layout: PesLayout): number {
  return layout.dts === undefined ? 14 : 19;
}

/** Transport packets that the PES packet takes. */
export function countTsPackets(layout: PesLayout): number {
  return Math.ceil((adaptationSize(layout) + pesHeaderSize(layout) + layout.payloadSize) / tsPayloadSize);
}

/** Writes the PES header at `at`; gives the position after it. Lengths past 65535 are left open (0), as video may. */
export function writePesHeader(layout: PesLayout, out: Uint8Array, at: number): number {
  const { pts, dts, streamId, payloadSize } = layout;
  const optionalSize = dts === undefined ? 5 : 10;
  const length = 3 + optionalSize + payloadSize;
  const isOpen = length > 0xffff;
  out[at] = 0;
  out[at + 1] = 0;
  out[at + 2] = 1;
  out[at + 3] = streamId;
  out[at + 4] = isOpen ? 0 : length >> 8;
  out[at + 5] = isOpen ? 0 : length & 0xff;
  // '10', data_alignment_indicator: the payload begins with an access unit.
  out[at + 6] = 0x84;
  out[at + 7] = dts === undefined ? 0x80 : 0xc0;
  out[at + 8] = optionalSize;
  writeTimestamp(out, at + 9, dts === undefined ? 2 : 3, pts);
  if (dts !== undefined) writeTimestamp(out, at + 14, 1, dts);
  return at + 9 + optionalSize;
}

/**
 * Cuts a PES packet, which lies at the very end of `out[at … end)`, into transport packets that fill `out[at … end)`; gives
 * the next continuity counter. The bytes move towards the front only, so nothing is overwritten before it has been moved.
 */
export function spreadOverTsPackets(layout: PesLayout, counter: number, out: Uint8Array, at: number, end: number): number {
  let source = end - pesHeaderSize(layout) - layout.payloadSize;
  for (let packet = at; packet < end; packet += tsPacketSize) {
    const isFirst = packet === at;
    const needed = isFirst ? adaptationSize(layout) : 0;
    const taken = Math.min(tsPayloadSize - needed, end - source);
    const bodyAt = packet + tsPacketSize - taken;
    out.copyWithin(bodyAt, source, source + taken);
    source += taken;
    writeTsHeader(out, packet, layout.pid, isFirst, taken < tsPayloadSize, counter);
    if (taken < tsPayloadSize) writeAdaptation(isFirst ? layout : undefined, out, packet + 4, bodyAt);
    counter = (counter + 1) & 15;
  }
  return counter;
}

/** Header of one transport packet with payload. */
export function writeTsHeader(out: Uint8Array, at: number, pid: number, isStart: boolean, hasAdaptation: boolean, counter: number): void {
  out[at] = 0x47;
  out[at + 1] = (isStart ? 0x40 : 0) | (pid >> 8);
  out[at + 2] = pid & 0xff;
  out[at + 3] = (hasAdaptation ? 0x30 : 0x10) | counter;
}

function adaptationSize(layout: PesLayout): number {
  return layout.pcr !== undefined ? 8 : layout.isRandomAccess ? 2 : 0;
}

function writeAdaptation(layout: PesLayout | undefined, out: Uint8Array, from: number, to: number): void {
  out[from] = to - from - 1;
  if (to - from === 1) return;
  out[from + 1] = (layout?.isRandomAccess ? 0x40 : 0) | (layout?.pcr === undefined ? 0 : 0x10);
  let at = from + 2;
  if (layout?.pcr !== undefined) {
    writePcr(out, at, layout.pcr);
    at += 6;
  }
  out.fill(0xff, at, to);
}

// 33 bits of base, 6 reserved ones, 9 bits of 27 MHz extension (0).
function writePcr(out: Uint8Array, at: number, pcr: Ticks90k): void {
  const high = Math.floor(pcr / 2);
  out[at] = high >>> 24;
  out[at + 1] = (high >>> 16) & 0xff;
  out[at + 2] = (high >>> 8) & 0xff;
  out[at + 3] = high & 0xff;
  out[at + 4] = ((pcr % 2) << 7) | 0x7e;
  out[at + 5] = 0;
}

// 4 bits of kind, then 3 + 15 + 15 bits of time, each followed by a marker bit.
function writeTimestamp(out: Uint8Array, at: number, kind: number, ticks: Ticks90k): void {
  const top = Math.floor(ticks / 2 ** 30);
  const low = ticks % 2 ** 30;
  out[at] = (kind << 4) | (top << 1) | 1;
  out[at + 1] = low >>> 22;
  out[at + 2] = ((low >>> 14) & 0xfe) | 1;
  out[at + 3] = (low >>> 7) & 0xff;
  out[at + 4] = ((low << 1) & 0xfe) | 1;
}
