import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { hex, mutations, seeded, survives } from '../codec/hostile-bytes.ts';
import { readRtpPacket, writeRtpPacket } from './packet.ts';
import { Reception } from './reception.ts';
import { ReorderBuffer, defaultReorderLimits } from './reorder.ts';
import type { RtcpPacket } from './rtcp.ts';
import { readRtcp, writeBye, writeReceiverReport, writeSenderReport } from './rtcp.ts';

const cases = [
  { name: 'a plain packet', bytes: '80e0 0102 03040506 0708090a aabb', payload: 'aabb', marker: true, payloadType: 96 },
  { name: 'sources that were mixed', bytes: '8260 0102 03040506 0708090a 11111111 22222222 aa', payload: 'aa', marker: false, payloadType: 96 },
  { name: 'an extension', bytes: '9008 0102 03040506 0708090a abac0002 1111111122222222 aa', payload: 'aa', marker: false, payloadType: 8 },
  { name: 'padding', bytes: 'a060 0102 03040506 0708090a aabb000003', payload: 'aabb', marker: false, payloadType: 96 },
  { name: 'no payload', bytes: '8060 0102 03040506 0708090a', payload: '', marker: false, payloadType: 96 },
];

describe('RTP packets', () => {
  for (const { name, bytes, payload, marker, payloadType } of cases) {
    it(`are read with ${name}`, () => {
      const packet = readRtpPacket(hex(bytes));
      const { sequence, timestamp, ssrc } = packet;
      assert.deepEqual({ sequence, timestamp, ssrc }, { sequence: 0x0102, timestamp: 0x03040506, ssrc: 0x0708090a });
      assert.deepEqual([packet.marker, packet.payloadType], [marker, payloadType]);
      const data = packet.bytes.subarray(packet.start, packet.end);
      assert.deepEqual(data, hex(payload));
      const again = readRtpPacket(writeRtpPacket(packet, data));
      assert.deepEqual(again.bytes.subarray(again.start, again.end), data);
      assert.deepEqual([again.marker, again.payloadType, again.sequence, again.timestamp, again.ssrc], [marker, payloadType, sequence, timestamp, ssrc]);
    });

    it(`cut anywhere, with ${name}, are refused or shorter`, () => {
      const whole = hex(bytes);
      for (let length = 0; length < whole.length; length++) survives(() => assert.ok(readRtpPacket(whole.subarray(0, length)).end <= length));
    });
  }

  it('that are none are refused', () => {
    assert.throws(() => readRtpPacket(hex('40e0 0102 03040506 0708090a')), /version 1 is not 2/);
    assert.throws(() => readRtpPacket(hex('8060')), /2 bytes < 12/);
    assert.throws(() => readRtpPacket(hex('8f60 0102 03040506 0708090a')), /payload begins 60 bytes past its end/);
    assert.throws(() => readRtpPacket(hex('a060 0102 03040506 0708090a 00')), /padding of 0 bytes/);
  });

  it('survive 1,000 mutations', () => {
    let read = 0;
    for (const bytes of mutations(hex(cases[2]!.bytes), 1000)) {
      if (survives(() => assert.ok(readRtpPacket(bytes).start <= bytes.length))) read += 1;
    }
    assert.ok(read > 200);
  });
});

const block = { ssrc: 9, fractionLost: 12, lost: -3, highestSequence: 70_000, jitter: 5, lastReport: 0x12345678, delay: 65536 };
const report: Extract<RtcpPacket, { type: 'sender-report' }> = {
  type: 'sender-report',
  ssrc: 0xdeadbeef,
  wallMillis: 3_900_000_000_500,
  ntpMiddle: (((3_900_000_000 & 0xffff) << 16) | 0x8000) >>> 0,
  rtpTime: 0xfffffff0,
  packets: 10,
  octets: 1000,
  blocks: [block],
};

describe('RTCP packets', () => {
  it('are read as they were written', () => {
    assert.deepEqual(readRtcp(writeSenderReport(report, 'camera')), [report, { type: 'names', names: [{ ssrc: 0xdeadbeef, cname: 'camera' }] }]);
    assert.deepEqual(readRtcp(writeReceiverReport(5, [block, { ...block, lost: 0x7fffff }], 'lubo')), [
      { type: 'receiver-report', ssrc: 5, blocks: [block, { ...block, lost: 0x7fffff }] },
      { type: 'names', names: [{ ssrc: 5, cname: 'lubo' }] },
    ]);
    assert.deepEqual(readRtcp(writeBye([1, 0xffffffff])), [{ type: 'bye', ssrcs: [1, 0xffffffff] }]);
  });

  it('of unknown kinds are passed over', () => {
    assert.deepEqual(readRtcp(hex('80cc0001 00000001 81cb0001 00000007')), [{ type: 'bye', ssrcs: [7] }]);
  });

  it('that are cut are refused', () => {
    const whole = writeSenderReport(report, 'camera');
    for (let length = 1; length < whole.length; length++) survives(() => readRtcp(whole.subarray(0, length)));
    assert.throws(() => readRtcp(whole.subarray(0, 50)), /packet passes the end 50/);
    assert.throws(() => readRtcp(hex('81c80001 00000001')), /sender report: 8 bytes < 28/);
  });

  it('survive 1,000 mutations', () => {
    let read = 0;
    for (const bytes of mutations(writeSenderReport(report, 'camera'), 1000)) if (survives(() => readRtcp(bytes))) read += 1;
    assert.ok(read > 100);
  });
});

describe('the reception of a source', () => {
  it('tells loss, jitter and the last sender report', () => {
    const reception = new Reception(7, 90_000);
    for (let i = 0; i < 100; i++) if (i % 10 !== 3) reception.receive((65_500 + i) & 0xffff, i * 3600, i * 40 + (i % 2) * 5);
    reception.senderReport(0xabcd, 3000);
    const first = reception.report(4000);
    assert.deepEqual({ ...first, jitter: 0 }, { ssrc: 7, fractionLost: 25, lost: 10, highestSequence: 65_599, jitter: 0, lastReport: 0xabcd, delay: 65536 });
    assert.ok(first.jitter > 300 && first.jitter < 450, `${first.jitter}`);
    reception.receive(64, 100 * 3600, 4000);
    assert.equal(reception.report(4000).fractionLost, 0);
  });
});

describe('the reorder buffer', () => {
  const packetOf = (sequence: number): ReturnType<typeof readRtpPacket> =>
    readRtpPacket(writeRtpPacket({ payloadType: 96, marker: false, sequence: sequence & 0xffff, timestamp: 0, ssrc: 1 }, Uint8Array.of(sequence & 255)));
  const run = (sequences: readonly (readonly [sequence: number, now: number])[], limits = defaultReorderLimits): { out: string[]; buffer: ReorderBuffer } => {
    const out: string[] = [];
    const buffer = new ReorderBuffer((packet, lost) => out.push(`${lost > 0 ? `-${lost} ` : ''}${packet.sequence}`), limits);
    for (const [sequence, now] of sequences) buffer.receive(packetOf(sequence), now);
    return { out, buffer };
  };

  it('orders across the wrap and drops doubles', () => {
    const { out, buffer } = run([[65534, 0], [0, 1], [65535, 2], [65535, 3], [2, 4], [0, 4], [1, 5]]);
    assert.deepEqual(out, ['65534', '65535', '0', '1', '2']);
    assert.deepEqual([buffer.lost, buffer.dropped, buffer.held], [0, 2, 0]);
  });

  it('waits so long, and no longer', () => {
    const { out, buffer } = run([[1, 0], [3, 10], [4, 100]]);
    buffer.tick(209);
    assert.deepEqual(out, ['1']);
    buffer.tick(210);
    assert.deepEqual(out, ['1', '-1 3', '4']);
    buffer.receive(packetOf(2), 220);
    assert.deepEqual([out.length, buffer.lost, buffer.dropped], [3, 1, 1]);
  });

  it('holds so many, and no more', () => {
    const { out, buffer } = run([[1, 0], ...Array.from({ length: 6 }, (_, i) => [3 + i, 0] as const)], { packets: 5, millis: 1000 });
    assert.deepEqual(out, ['1', '-1 3', '4', '5', '6', '7', '8']);
    assert.equal(buffer.held, 0);
  });

  it('does not wait where nothing comes out of order', () => {
    assert.deepEqual(run([[1, 0], [3, 0], [4, 0]], { packets: 0, millis: 0 }).out, ['1', '-1 3', '4']);
  });

  it('follows a new count at its second packet, as a loss', () => {
    assert.deepEqual(run([[1, 0], [2, 0], [30_000, 0], [3, 0], [40_000, 0], [40_001, 0], [40_002, 0]]).out, ['1', '2', '3', '-1 40001', '40002']);
    assert.deepEqual(run([[5000, 0], [5001, 0], [10, 0], [11, 0]]).out, ['5000', '5001', '-1 11']);
  });

  it('hands on every packet once and in order, for 1,000 bad networks', () => {
    const random = seeded(11);
    for (let n = 0; n < 1000; n++) {
      const start = Math.floor(random() * 65536);
      const sent = Array.from({ length: 60 }, (_, i) => ({ sequence: start + i, at: i === 0 ? -1 : i * 10 + random() * 150 })).filter((_, i) => i === 0 || random() > 0.1);
      const arrivals = sent.flatMap((one) => (random() < 0.1 ? [one, { ...one, at: one.at + 20 }] : [one])).sort((a, b) => a.at - b.at);
      const { out, buffer } = run(arrivals.map(({ sequence, at }) => [sequence, at] as const));
      buffer.tick(10_000);
      const numbers = out.map((text) => Number(text.split(' ').at(-1)));
      assert.deepEqual(numbers, sent.map(({ sequence }) => sequence & 0xffff));
      assert.equal(buffer.lost, (sent.at(-1)?.sequence ?? 0) - start + 1 - sent.length);
    }
  });
});
