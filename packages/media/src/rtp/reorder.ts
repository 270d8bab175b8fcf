// Puts RTP packets into the order of their sequence numbers (RFC 3550 §A.1): waits a little for late ones, counts lost ones.

import { copyBytes } from '../bytes.ts';
import type { RtpPacket } from './packet.ts';

/** Bounds of waiting: packets held, and milliseconds since the oldest held one came. */
export type ReorderLimits = { packets: number; millis: number };
export const defaultReorderLimits: ReorderLimits = { packets: 256, millis: 200 };

/** Sequence numbers further ahead than this mean a new count, as do ones far behind that follow each other. */
const farAhead = 3000;
/** Numbers less far behind are packets that come too late or twice. */
const farBehind = 1000;

export type ReorderSink = (packet: RtpPacket, lostBefore: number) => void;

/**
 * Takes packets in any order and hands each on once, in order. `lostBefore` counts the numbers missing before it.
 * With `millis` 0 (TCP, where nothing comes out of order) gaps are losses at once. Packets held are copied, not lent.
 */
export class ReorderBuffer {
  readonly #limits: ReorderLimits;
  readonly #deliver: ReorderSink;
  /** Held packets by their distance from the next wanted one, sparse: index = sequence modulo the size. */
  readonly #slots: (Held | undefined)[] = [];
  #heldCount = 0;
  /** Next wanted sequence number, 16 bits; -1 before the first packet. */
  #next = -1;
  /** Number that would confirm a new count; -1 without a suspicion. */
  #suspect = -1;
  #lost = 0;
  #dropped = 0;
  #newCount = false;

  constructor(deliver: ReorderSink, limits: ReorderLimits = defaultReorderLimits) {
    this.#deliver = deliver;
    this.#limits = limits;
  }

  /** Packets that never came. */
  get lost(): number {
    return this.#lost;
  }

  /** Packets that came twice, or later than they were waited for. */
  get dropped(): number {
    return this.#dropped;
  }

  /** Packets waiting for one before them. */
  get held(): number {
    return this.#heldCount;
  }

  /** Takes one packet that came at `now` (ms, any origin). */
  receive(packet: RtpPacket, now: number): void {
    if (this.#next < 0) this.#next = packet.sequence;
    const ahead = (packet.sequence - this.#next) & 0xffff;
    if (ahead === 0) this.#pass(packet, 0);
    else if (ahead < farAhead) this.#ahead(packet, ahead, now);
    else if (ahead >= 0x10000 - farBehind) this.#dropped += 1;
    else this.#elsewhere(packet);
    if (this.#heldCount > 0) this.#release(now);
  }

  /** Gives up on packets waited for too long. */
  tick(now: number): void {
    if (this.#heldCount > 0) this.#release(now);
  }

  /** Hands on everything held and forgets the count: another source begins. */
  reset(): void {
    while (this.#heldCount > 0) this.#skip();
    this.#next = -1;
    this.#suspect = -1;
  }

  #pass(packet: RtpPacket, lostBefore: number): void {
    this.#next = (packet.sequence + 1) & 0xffff;
    this.#suspect = -1;
    this.#lost += lostBefore;
    const lost = this.#newCount ? Math.max(1, lostBefore) : lostBefore;
    this.#newCount = false;
    this.#deliver(packet, lost);
  }

  #ahead(packet: RtpPacket, ahead: number, now: number): void {
    if (this.#limits.millis === 0) return this.#pass(packet, ahead);
    const slot = packet.sequence & 0xfff;
    if (this.#slots[slot] !== undefined) {
      this.#dropped += 1;
      return;
    }
    this.#slots[slot] = hold(packet, now);
    this.#heldCount += 1;
  }

  /** A number from nowhere: the second in a row begins a new count (RFC 3550 §A.1), the first one is dropped. */
  #elsewhere(packet: RtpPacket): void {
    const isConfirmed = packet.sequence === this.#suspect;
    this.#suspect = (packet.sequence + 1) & 0xffff;
    if (!isConfirmed) {
      this.#dropped += 1;
      return;
    }
    while (this.#heldCount > 0) this.#skip();
    this.#newCount = true;
    this.#pass(packet, 0);
  }

  #release(now: number): void {
    for (;;) {
      const slot = this.#next & 0xfff;
      const held = this.#slots[slot];
      if (held !== undefined) {
        this.#slots[slot] = undefined;
        this.#heldCount -= 1;
        this.#pass(held.packet, 0);
      } else if (this.#heldCount > 0 && (this.#heldCount > this.#limits.packets || this.#waited(now))) this.#skip();
      else return;
    }
  }

  /** Whether the first packet after the gap has waited long enough. */
  #waited(now: number): boolean {
    for (let ahead = 1; ahead < farAhead; ahead++) {
      const held = this.#slots[(this.#next + ahead) & 0xfff];
      if (held !== undefined) return now - held.arrival >= this.#limits.millis || now < held.arrival;
    }
    return true;
  }

  /** Gives up the missing packets and hands on the first one held. */
  #skip(): void {
    for (let ahead = 0; ahead < farAhead; ahead++) {
      const slot = (this.#next + ahead) & 0xfff;
      const held = this.#slots[slot];
      if (held === undefined) continue;
      this.#slots[slot] = undefined;
      this.#heldCount -= 1;
      return this.#pass(held.packet, ahead);
    }
    this.#heldCount = 0;
  }
}

type Held = { packet: RtpPacket; arrival: number };

function hold(packet: RtpPacket, arrival: number): Held {
  const bytes = copyBytes(packet.bytes, packet.start, packet.end);
  return { packet: { ...packet, bytes, start: 0, end: bytes.length }, arrival };
}

