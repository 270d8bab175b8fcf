// Chunk reader and writer together: a table of chunk forms, then what the writer makes.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes, seeded } from '../codec/hostile-bytes.ts';
import { FormatError } from '../errors.ts';
import { ChunkReader } from './chunk-reader.ts';
import { chunkMedia, rtmpChunkSize, writeChunks } from './chunk-writer.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';

function reader(limits: Partial<typeof defaultRtmpLimits> = {}): ChunkReader {
  const all = { ...defaultRtmpLimits, ...limits };
  const made = new ChunkReader(all);
  made.mediaLength = all.messageLength;
  return made;
}

function readAll(...parts: readonly Uint8Array[]): RtmpMessage[] {
  const messages: RtmpMessage[] = [];
  const chunks = reader();
  for (const part of parts) chunks.read(part, (message) => messages.push(message));
  return messages;
}

const ten = '00010203040506070809';
const long = 'aa'.repeat(128);
const message = { typeId: 9, streamId: 1, timestamp: 1000, body: hex(ten) };

const cases: { name: string; bytes: string; messages: RtmpMessage[] }[] = [
  { name: 'format 0', bytes: `06 0003e8 00000a 09 01000000 ${ten}`, messages: [message] },
  { name: 'an empty message', bytes: '06 0003e8 000000 09 01000000', messages: [{ ...message, body: hex('') }] },
  { name: 'a basic header of two bytes', bytes: `00 01 0003e8 00000a 09 01000000 ${ten}`, messages: [message] },
  { name: 'a basic header of three bytes', bytes: `01 0101 0003e8 00000a 09 01000000 ${ten}`, messages: [message] },
  {
    name: 'formats 1, 2 and 3 after 0, each with its delta',
    bytes: `06 0003e8 00000a 09 01000000 ${ten} 46 000028 000002 08 aabb 86 000014 ccdd c6 eeff`,
    messages: [
      message,
      { typeId: 8, streamId: 1, timestamp: 1040, body: hex('aabb') },
      { typeId: 8, streamId: 1, timestamp: 1060, body: hex('ccdd') },
      { typeId: 8, streamId: 1, timestamp: 1080, body: hex('eeff') },
    ],
  },
  {
    name: 'format 3 after format 0, whose timestamp is then the delta',
    bytes: '06 0003e8 000001 09 01000000 aa c6 bb',
    messages: [{ ...message, body: hex('aa') }, { ...message, timestamp: 2000, body: hex('bb') }],
  },
  {
    name: 'a stream that begins with format 1',
    bytes: '46 000028 000002 08 aabb',
    messages: [{ typeId: 8, streamId: 0, timestamp: 40, body: hex('aabb') }],
  },
  {
    name: 'a message over two chunks',
    bytes: `06 0003e8 000082 09 01000000 ${long} c6 bbcc`,
    messages: [{ ...message, body: hex(`${long} bbcc`) }],
  },
  {
    name: 'two messages interleaved',
    bytes: `06 0003e8 000082 09 01000000 ${long} 04 0003e9 000001 08 01000000 dd c6 bbcc`,
    messages: [
      { typeId: 8, streamId: 1, timestamp: 1001, body: hex('dd') },
      { ...message, body: hex(`${long} bbcc`) },
    ],
  },
  {
    name: 'an extended timestamp, repeated in format 3',
    bytes: `06 ffffff 000082 09 01000000 01234567 ${long} c6 01234567 bbcc`,
    messages: [{ ...message, timestamp: 0x01234567, body: hex(`${long} bbcc`) }],
  },
  {
    name: 'an extended timestamp, not repeated in format 3',
    bytes: `06 ffffff 000086 09 01000000 01234567 ${long} c6 bbccddeeff00`,
    messages: [{ ...message, timestamp: 0x01234567, body: hex(`${long} bbccddeeff00`) }],
  },
  {
    name: 'an extended delta, with the whole timestamp repeated in format 3',
    bytes: `06 0003e8 000000 09 01000000 46 ffffff 000082 09 01000000 ${long} c6 010003e8 bbcc`,
    messages: [{ ...message, body: hex('') }, { ...message, timestamp: 0x010003e8, body: hex(`${long} bbcc`) }],
  },
  {
    name: 'the largest timestamp that is not extended',
    bytes: '06 fffffe 000001 09 01000000 aa',
    messages: [{ ...message, timestamp: 0xfffffe, body: hex('aa') }],
  },
  {
    name: 'a delta that rolls over 2^32',
    bytes: '06 ffffff 000001 09 01000000 fffffff0 aa 86 000020 bb',
    messages: [{ ...message, timestamp: 0xfffffff0, body: hex('aa') }, { ...message, timestamp: 0x10, body: hex('bb') }],
  },
  {
    name: 'Set Chunk Size',
    bytes: `02 000000 000004 01 00000000 00000003 06 0003e8 00000a 09 01000000 000102 c6 030405 c6 060708 c6 09`,
    messages: [message],
  },
  {
    name: 'Abort of an unfinished message',
    bytes: `06 0003e8 000082 09 01000000 ${long} 02 000000 000004 02 00000000 00000006 06 0003e8 00000a 09 01000000 ${ten}`,
    messages: [message],
  },
  { name: 'Abort of a stream that is not there', bytes: '02 000000 000004 02 00000000 00000009', messages: [] },
];

describe('RTMP chunks', () => {
  for (const { name, bytes, messages } of cases) {
    it(`reads ${name}, split at every byte`, () => {
      const all = hex(bytes);
      assert.deepEqual(readAll(all), messages);
      for (let at = 0; at <= all.length; at++) assert.deepEqual(readAll(all.subarray(0, at), all.subarray(at)), messages);
      assert.deepEqual(readAll(...Array.from(all, (_, i) => all.subarray(i, i + 1))), messages);
    });

    it(`writes the messages of ${name} so that they read the same`, () => {
      for (const chunkSize of [1, 2, 3, 127, 128, 129, 4096]) {
        const sizeBytes = writeChunks({ typeId: 1, streamId: 0, timestamp: 0, body: Uint8Array.of(0, 0, chunkSize >> 8, chunkSize & 255) }, 2, 128);
        const written = messages.map((each) => writeChunks(each, 6, chunkSize));
        assert.deepEqual(readAll(sizeBytes, ...written), messages);
      }
    });

    it(`gives messages or a FormatError for 1,000 mutations of ${name}`, () => {
      assert.ok(outcomes(hex(bytes), (mutated) => readAll(mutated)).has(true));
    });
  }

  it('writes a whole message under one full header', () => {
    assert.deepEqual(writeChunks(message, 6, 128), hex(cases[0]?.bytes ?? ''));
    assert.deepEqual(writeChunks({ ...message, body: hex(`${long} bbcc`) }, 6, 128), hex(cases[7]?.bytes ?? ''));
    assert.deepEqual(writeChunks({ ...message, timestamp: 0x01234567, body: hex(`${long} bbcc`) }, 6, 128), hex(cases[9]?.bytes ?? ''));
    assert.deepEqual(writeChunks({ ...message, body: hex('0809') }, 6, 128, hex('0001')), writeChunks({ ...message, body: hex('00010809') }, 6, 128));
    assert.deepEqual(writeChunks({ ...message, body: hex('0809') }, 6, 1, hex('0001')), writeChunks({ ...message, body: hex('00010809') }, 6, 1));
  });

  it('writes a tag for all viewers in chunks of the announced size', () => {
    const body = new Uint8Array(rtmpChunkSize + 1);
    const bytes = chunkMedia(1, { type: 'video', timestamp: 2 ** 32 + 7, body });
    assert.equal(bytes.length, 12 + body.length + 1);
    assert.deepEqual(bytes.subarray(0, 4), hex('06 000007'));
  });

  it('copies what it reads, so that the buffer may be used again', () => {
    const bytes = hex(cases[0]?.bytes ?? '');
    const [read] = readAll(bytes);
    bytes.fill(0xee);
    assert.deepEqual(read?.body, hex(ten));
  });

  it('joins random messages on random streams, cut at random', () => {
    const random = seeded(7);
    for (let round = 0; round < 50; round++) {
      const sent: RtmpMessage[] = [];
      const parts: Uint8Array[] = [];
      for (let i = 0; i < 20; i++) {
        const body = Uint8Array.from({ length: Math.floor(random() * 400) }, () => random() * 256);
        sent.push({ typeId: 8 + Math.floor(random() * 2), streamId: 1, timestamp: Math.floor(random() * 2 ** 32), body });
        parts.push(writeChunks(sent[i] ?? message, 3 + Math.floor(random() * 5), 128));
      }
      const all = concatBytes(parts);
      const pieces: Uint8Array[] = [];
      for (let at = 0; at < all.length; ) pieces.push(all.subarray(at, (at += 1 + Math.floor(random() * 300))));
      assert.deepEqual(readAll(...pieces), sent);
    }
  });
});

describe('RTMP chunk bounds', () => {
  const refuse = (bytes: string, problem: RegExp, limits: Partial<typeof defaultRtmpLimits> = {}): void => {
    assert.throws(() => reader(limits).read(hex(bytes), () => {}), problem);
    assert.throws(() => reader(limits).read(hex(bytes), () => {}), FormatError);
  };

  it('refuses headers that cannot be', () => {
    refuse('c6', /chunk stream 6 begins with format 3/);
    refuse('86 000001', /chunk stream 6 begins with format 2/);
    refuse(`06 0003e8 000082 09 01000000 ${long} 06 0003e8 000082 09 01000000`, /byte 140: RTMP chunk: format 0 inside a message of chunk stream 6/);
    refuse('02 000000 000004 01 00000000 00000000', /chunk size 0/);
    refuse('02 000000 000004 01 00000000 80000000', /chunk size 2147483648/);
    refuse('02 000000 000003 01 00000000 000000', /Set Chunk Size of 3 bytes/);
    refuse('02 000000 000000 02 00000000', /Abort of 0 bytes/);
  });

  it('refuses messages past their limits before it holds them', () => {
    refuse('06 000000 0003e9 09 01000000', /message of type 9 with 1001 bytes > 1000/, { messageLength: 1000 });
    refuse('03 000000 0003e9 14 00000000', /message of type 20 with 1001 bytes > 1000/, { commandLength: 1000 });
    refuse('02 000000 ffffff 01 00000000', /message of type 1 with 16777215 bytes > 65536/);
  });

  it('refuses too many unfinished bytes and too many chunk streams', () => {
    const begin = (id: number): string => `${id.toString(16).padStart(2, '0')} 000000 800000 09 01000000 ${long}`;
    refuse(`${begin(4)} ${begin(5)} ${begin(6)}`, /unfinished messages of 25165824 bytes > 20971520/);
    const many = Array.from({ length: 4 }, (_, i) => `0${i + 3} 000000 000000 09 01000000`).join(' ');
    refuse(many, /more than 3 chunk streams/, { chunkStreams: 3 });
  });

  it('takes media only up to the length of a command until the session allows more', () => {
    const chunks = new ChunkReader(defaultRtmpLimits);
    assert.throws(() => chunks.read(hex('06 000000 010001 09 01000000'), () => {}), /message of type 9 with 65537 bytes > 65536/);
  });

  it('refuses to write a message past 24 bits', () => {
    assert.throws(() => writeChunks({ ...message, body: new Uint8Array(2 ** 24) }, 6, 128), /16777216 bytes > 16777215/);
  });

  it('tells the offset from the beginning of the chunks', () => {
    const chunks = reader();
    chunks.read(hex(`06 0003e8 00000a 09 01000000 ${ten}`), () => {});
    assert.throws(() => chunks.read(hex('c7'), () => {}), /byte 22: /);
  });
});
