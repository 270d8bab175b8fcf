import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { mutations, survives } from '../codec/hostile-bytes.ts';
import { encodeText } from '../flv/text.ts';
import type { RtspMessage } from './message.ts';
import { headerOf, headersOf, readRtspHead, writeInterleaved, writeRtspMessage } from './message.ts';
import type { RtspLimits } from './stream-reader.ts';
import { RtspStreamReader } from './stream-reader.ts';

const none = new Uint8Array(0);
type Case = { name: string; message: RtspMessage; text: string };
const cases: Case[] = [
  {
    name: 'a request without a body',
    message: { type: 'request', method: 'OPTIONS', uri: 'rtsp://camera/1', headers: [['CSeq', '1']], body: none },
    text: 'OPTIONS rtsp://camera/1 RTSP/1.0\r\nCSeq: 1\r\n\r\n',
  },
  {
    name: 'a request of the server',
    message: { type: 'request', method: 'ANNOUNCE', uri: '*', headers: [['CSeq', '7'], ['Content-Length', '2']], body: encodeText('x=') },
    text: 'ANNOUNCE * RTSP/1.0\r\nCSeq: 7\r\nContent-Length: 2\r\n\r\nx=',
  },
  {
    name: 'a response with a body',
    message: { type: 'response', status: 200, reason: 'OK', headers: [['CSeq', '2'], ['Content-Length', '5']], body: encodeText('v=0\r\n') },
    text: 'RTSP/1.0 200 OK\r\nCSeq: 2\r\nContent-Length: 5\r\n\r\nv=0\r\n',
  },
  {
    name: 'a response without headers',
    message: { type: 'response', status: 454, reason: 'Session Not Found', headers: [], body: none },
    text: 'RTSP/1.0 454 Session Not Found\r\n\r\n',
  },
];

/** What a reader finds in bytes that come in pieces of `size`, in memory that is overwritten after each. */
function readAll(bytes: Uint8Array, size = bytes.length, limits: Partial<RtspLimits> = {}): (RtspMessage | { channel: number; data: string })[] {
  const found: (RtspMessage | { channel: number; data: string })[] = [];
  const reader = new RtspStreamReader(
    {
      message: (message) => found.push(message),
      frame: (channel, lent, start, end) => found.push({ channel, data: Buffer.from(lent.subarray(start, end)).toString('hex') }),
    },
    limits,
  );
  reader.expect(0);
  reader.expect(1);
  for (let at = 0; at < bytes.length; at += size) {
    const lent = Buffer.from(bytes.subarray(at, at + size));
    reader.receive(lent);
    lent.fill(0x24);
  }
  return found;
}

const text = (lines: string): Uint8Array => encodeText(lines);
const frame = (channel: number, ...data: number[]): Uint8Array => writeInterleaved(channel, Uint8Array.from(data));

describe('RTSP messages', () => {
  for (const { name, message, text: expected } of cases) {
    it(`writes and reads ${name}`, () => {
      assert.equal(Buffer.from(writeRtspMessage(message)).toString(), expected);
      assert.deepEqual(readAll(text(expected)), [message]);
    });
  }

  it('reads messages and frames split at every byte', () => {
    const big = Array.from({ length: 3000 }, (_, i) => i & 0xff);
    const parts = cases.flatMap(({ message }, i) => [frame(0, i, 1, 2), writeRtspMessage(message), frame(1), frame(0, ...big)]);
    const whole = concatBytes(parts);
    const expected = readAll(whole);
    assert.equal(expected.length, parts.length);
    for (const size of [1, 2, 3, 5, 7, 64, 500, 513, 2047, 2999, 3010]) assert.deepEqual(readAll(whole, size), expected, `pieces of ${size}`);
  });

  it('reads headers in any case, folded, and lines ended by LF alone', () => {
    const [message] = readAll(text('RTSP/1.0 200\ncseq: 3\nPUBLIC : OPTIONS,\n DESCRIBE\nnonsense\n\n'));
    assert.ok(message !== undefined && 'headers' in message);
    assert.equal(headerOf(message, 'CSeq'), '3');
    assert.equal(headerOf(message, 'Public'), 'OPTIONS, DESCRIBE');
    assert.deepEqual(headersOf(message, 'WWW-Authenticate'), []);
  });

  it('reads past stray bytes between messages and frames', () => {
    const junk = Uint8Array.from([0, 13, 10, 0x24, 0xff, 0x99, 0x52, 0x54, 1, 2, 3, 0x4f]);
    const bytes = concatBytes([frame(0, 1), junk.subarray(5), text('\r\nRTSP/1.0 200 OK\r\n\r\n'), junk.subarray(5), frame(1, 2)]);
    for (const size of [1, 4, bytes.length]) {
      const found = readAll(bytes, size);
      assert.deepEqual(found.map((one) => ('channel' in one ? one.channel : one.type)), [0, 'response', 1], `pieces of ${size}`);
    }
  });

  it('passes over frames of channels not in use', () => {
    assert.deepEqual(readAll(concatBytes([frame(9, 1, 2), frame(1, 3)])), [{ channel: 1, data: '03' }]);
  });

  it('gives up on endless heads, bodies and junk', () => {
    assert.throws(() => readAll(text(`OPTIONS * RTSP/1.0\r\nx: ${'y'.repeat(20_000)}`)), /head longer than 16384 bytes/);
    assert.throws(() => readAll(text('RTSP/1.0 200 OK\r\nContent-Length: 999999\r\n\r\n')), /body of 999999 bytes > 262144/);
    assert.throws(() => readAll(new Uint8Array(1000).fill(0x99), 10, { junk: 500 }), /500 bytes that are no RTSP/);
    assert.throws(() => readAll(text('GET / HTTP/1.1\r\n'.repeat(100)), 7, { junk: 500 }), { name: 'FormatError' });
  });

  it('refuses line breaks inside fields, and heads that are none', () => {
    assert.throws(() => writeRtspMessage({ type: 'request', method: 'PLAY', uri: 'rtsp://x\r\nEvil: 1', headers: [], body: none }), /line break/);
    assert.throws(() => readRtspHead(text('HELLO\r\n\r\n')), /"HELLO" is no start line/);
    assert.throws(() => writeInterleaved(0, new Uint8Array(65536)), /65536 bytes > 65535/);
  });

  it('takes 1,000 mutations, giving messages or a FormatError', () => {
    const whole = concatBytes([...cases.map(({ message }) => writeRtspMessage(message)), frame(0, 1, 2, 3), frame(1)]);
    let read = 0;
    for (const bytes of mutations(whole, 1000)) survives(() => (read += readAll(bytes, 50).length));
    assert.ok(read > 1000, `${read}`);
  });
});
