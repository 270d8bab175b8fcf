// Cameras' ways with markers, timestamps and packets, each as a little stream of its own making (slices are no decodable video).

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex } from '../codec/hostile-bytes.ts';
import type { Packet } from '../packet.ts';
import { Timeline } from './clock.ts';
import type { MediaFormat } from './format.ts';
import { writeRtpPacket } from './packet.ts';
import { nalPayloads } from './payloads.ts';
import type { SourceTrack } from './receiver.ts';
import { RtpReceiver } from './receiver.ts';

// Constrained Baseline 640×360 of libx264: no reordering.
const sps = hex('6742c01ed900a02ff9701100000303e90000ea600f162e48');
const pps = hex('68cb83cb20');
const base = { payloadType: 96, clockRate: 90000, kind: 'video', framesPerSecond: 25 } as const;
const format: MediaFormat = { ...base, codec: 'h264', sets: [sps, pps] };

const idr = (n: number): Uint8Array => Uint8Array.of(0x65, 0x80, n, 1, 2, 3, 4, 5, 6, 7);
const idrRest = (n: number): Uint8Array => Uint8Array.of(0x65, 0x40, n, 1, 2, 3, 4, 5, 6, 7);
const slice = (n: number): Uint8Array => Uint8Array.of(0x41, 0x80, n, 1, 2, 3, 4, 5);
const rest = (n: number): Uint8Array => Uint8Array.of(0x41, 0x40, n, 1, 2, 3, 4, 5);
const sei = Uint8Array.of(6, 5, 1, 0);
const delimiter = Uint8Array.of(9, 0xf0);

/** A payload at a frame number, with the marker or not. */
type Sent = [frame: number, payload: Uint8Array, marker?: boolean];

/** Receives over TCP; sequence numbers count by one, save for payloads left out as undefined. */
function receive(sent: readonly (Sent | undefined)[], of: MediaFormat = format, flushes = true): { units: string[]; tracks: SourceTrack[]; dropped: number; refused: number } {
  const units: string[] = [];
  const tracks: SourceTrack[] = [];
  const sink = {
    track: (track: SourceTrack) => tracks.push(track),
    packet: ({ data, isKeyframe, dts }: Packet) => units.push(`${Math.round((dts - 90000) / 3600)}${isKeyframe ? '!' : ''} ${Buffer.from(data).toString('hex')}`),
  };
  const receiver = new RtpReceiver(of, new Timeline(), sink, { isOrdered: true, isLeader: false });
  sent.forEach((one, i) => {
    if (one === undefined) return;
    const [frame, payload, marker = false] = one;
    const packet = writeRtpPacket({ payloadType: 96, marker, sequence: 65530 + i & 0xffff, timestamp: 4294960000 + frame * 3600 >>> 0, ssrc: 1 }, payload);
    receiver.receive(packet, 0, packet.length, frame * 40);
  });
  if (flushes) receiver.flush();
  return { units, tracks, dropped: receiver.stats.droppedUnits, refused: receiver.stats.refused };
}

function unit(frame: number, isKeyframe: boolean, ...nals: Uint8Array[]): string {
  const data = nals.map((nal) => `${nal.length.toString(16).padStart(8, '0')}${Buffer.from(nal).toString('hex')}`).join('');
  return `${frame}${isKeyframe ? '!' : ''} ${data}`;
}

const plain = (frame: number): string => (frame === 0 ? unit(0, true, idr(0), idrRest(0)) : unit(frame, false, slice(frame), rest(frame)));
const frames = [0, 1, 2, 3, 4, 5, 6, 7];
const parts = (frame: number): [Uint8Array, Uint8Array] => (frame === 0 ? [idr(0), idrRest(0)] : [slice(frame), rest(frame)]);

describe('pictures of several slices', () => {
  const cases: { name: string; sent: Sent[] }[] = [
    { name: 'with a marker at the end', sent: frames.flatMap((n): Sent[] => [[n, parts(n)[0]], [n, parts(n)[1], true]]) },
    { name: 'with a marker on every slice', sent: frames.flatMap((n): Sent[] => [[n, parts(n)[0], true], [n, parts(n)[1], true]]) },
    { name: 'without any marker', sent: frames.flatMap((n): Sent[] => [[n, parts(n)[0]], [n, parts(n)[1]]]) },
    { name: 'with a marker on parameter sets', sent: frames.flatMap((n): Sent[] => [[n, sps, true], [n, pps, true], [n, parts(n)[0]], [n, parts(n)[1], true]]) },
    { name: 'with SEI and delimiters', sent: frames.flatMap((n): Sent[] => [[n, delimiter], [n, sei], [n, parts(n)[0]], [n, sei], [n, parts(n)[1], true]]) },
    { name: 'with parameter sets before every slice', sent: frames.flatMap((n): Sent[] => [[n, sps], [n, pps], [n, parts(n)[0]], [n, sps], [n, pps], [n, parts(n)[1], true]]) },
    { name: 'in fragments', sent: frames.flatMap((n): Sent[] => parts(n).flatMap((nal, i) => nalPayloads('h264', nal, 5).map((payload, at, all): Sent => [n, payload, i === 1 && at === all.length - 1]))) },
  ];
  for (const { name, sent } of cases) {
    it(`become one access unit ${name}`, () => {
      const { units, tracks, dropped } = receive(sent);
      assert.deepEqual(units, frames.map(plain));
      assert.equal(tracks.length, 1);
      assert.equal(dropped, 0);
    });
  }

  it('wait for the next picture no longer than it takes to trust the marker', () => {
    const sent = frames.flatMap((n): Sent[] => [[n, parts(n)[0]], [n, parts(n)[1], true]]);
    assert.deepEqual(receive(sent, format, false).units, frames.map(plain));
  });

  it('are dropped, up to a keyframe, when a marker lies after it was right', () => {
    const right = [0, 1, 2, 3, 4].flatMap((n): Sent[] => [[n, parts(n)[0]], [n, parts(n)[1], true]]);
    const wrong: Sent[] = [[5, slice(5), true], [5, rest(5), true], [6, slice(6), true], [7, idr(7), true], [7, idrRest(7), true], [8, slice(8), true], [8, rest(8), true]];
    const { units } = receive([...right, ...wrong]);
    assert.deepEqual(units, [...[0, 1, 2, 3, 4].map(plain), unit(5, false, slice(5)), unit(7, true, idr(7), idrRest(7)), unit(8, false, slice(8), rest(8))]);
  });
});

describe('H.264 payloads', () => {
  it('begin with a keyframe whose parameter sets are known', () => {
    const bare: MediaFormat = { ...base, codec: 'h264', sets: [] };
    const sent: Sent[] = [[0, slice(0), true], [1, idr(1), true], [2, sps], [2, pps], [2, idr(2), true], [3, slice(3), true]];
    const { units, tracks, dropped } = receive(sent, bare);
    assert.equal(tracks.length, 1);
    assert.equal(units.length, 2);
    assert.match(units[0] ?? '', /! /);
    assert.equal(dropped, 2);
  });

  it('of equal times are pictures of their own when they begin one', () => {
    const { units } = receive([[0, idr(0), true], [0, slice(1), true], [1, slice(2), true]]);
    assert.deepEqual(units.map((one) => one.split(' ')[0]), ['0!', '0', '1']);
  });

  it('may be aggregated', () => {
    const stap = concatBytes([Uint8Array.of(0x78), ...[sps, pps, idr(0), idrRest(0)].flatMap((nal) => [Uint8Array.of(0, nal.length), nal])]);
    const { units } = receive([[0, stap, true], [1, slice(1)], [1, rest(1), true]], { ...base, codec: 'h264', sets: [] });
    assert.deepEqual(units, [plain(0), plain(1)]);
  });

  it('in modes that interleave are refused, and so is the picture', () => {
    for (const type of [25, 26, 27, 29]) {
      const { units, refused } = receive([[0, idr(0), true], [1, Uint8Array.of(0x60 | type, 1, 2, 3), true], [2, slice(2), true], [3, idr(3), true]]);
      assert.deepEqual([units.length, refused], [2, 1]);
    }
  });

  it('survive a fragment without its beginning or end', () => {
    const [first, second, third] = nalPayloads('h264', slice(1), 5);
    assert.ok(first && second && third);
    const sent = (...middle: (Sent | undefined)[]): string[] => receive([[0, idr(0), true], ...middle, [2, slice(2), true], [3, idr(3), true]]).units;
    const expected = [unit(0, true, idr(0)), unit(3, true, idr(3))];
    assert.deepEqual(sent([1, second], [1, third, true]), expected);
    assert.deepEqual(sent([1, first], undefined, [1, third, true]), expected);
    assert.deepEqual(sent([1, first], [1, second], undefined), expected);
    assert.deepEqual(sent([1, first], [1, second], [1, idrRest(1), true]), expected);
  });

  it('put parameter sets in fragments together', () => {
    const sets = [...nalPayloads('h264', sps, 8), pps].map((payload): Sent => [0, payload]);
    assert.equal(receive([...sets, [0, idr(0), true]], { ...base, codec: 'h264', sets: [] }).units.length, 1);
  });

  it('that never end are dropped at 8 MiB', () => {
    const start = Uint8Array.of(0x7c, 0x85, 0x80);
    const piece = new Uint8Array(60_000).fill(1);
    piece.set([0x7c, 0x05]);
    const endless = Array.from({ length: 150 }, (): Sent => [0, piece]);
    assert.deepEqual(receive([[0, start], ...endless, [1, idr(1), true]]).units.length, 1);
  });
});

describe('H.265 payloads', () => {
  const sets = ['40010c01ffff01600000030090000003000003001e959409', '420101016000000300900000030000 03001ea0308105965659 64caf016808000000300800000 0c84', '4401c172b42240'].map((text) => hex(text));
  const hevc: MediaFormat = { ...base, codec: 'h265', sets };
  const nal = (type: number, isFirst = true): Uint8Array => Uint8Array.of(type << 1, 1, isFirst ? 0x80 : 0, 7, 8, 9);

  it('begin with any IRAP picture, without the leading ones that cannot be decoded', () => {
    for (const type of [16, 19, 20, 21]) {
      const { units } = receive([[0, nal(1), true], [1, nal(type), true], [2, nal(9), true], [3, nal(1), true]], hevc);
      assert.equal(units.length, 2, `type ${type}`);
      assert.match(units[0] ?? '', /! /);
    }
  });

  it('keep leading pictures of later keyframes', () => {
    const { units } = receive([[0, nal(19), true], [1, nal(1), true], [2, nal(21), true], [3, nal(9), true], [4, nal(1), true]], hevc);
    assert.equal(units.length, 5);
  });

  it('leave enhancement layers, SEI and delimiters out', () => {
    const layer = Uint8Array.of(1 << 1, 9, 0x80, 1);
    const { units } = receive([[0, nal(35)], [0, nal(39)], [0, nal(19)], [0, nal(19, false)], [0, layer], [0, nal(40), true]], hevc);
    assert.deepEqual(units.map((one) => one.split(' ')[1]), [unit(0, true, nal(19), nal(19, false)).split(' ')[1]]);
  });

  it('of type PACI are refused', () => {
    assert.equal(receive([[0, nal(50), true]], hevc).refused, 1);
  });
});
