import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AmfValue } from '../flv/amf0.ts';
import { writeAmf0 } from '../flv/amf0.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { RtmpCommand } from './command.ts';
import { readCommand, scriptBody, writeCommand, writeData, writeStatus } from './command.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';

function messageOf(bytes: Uint8Array): RtmpMessage {
  const messages: RtmpMessage[] = [];
  new ChunkReader(defaultRtmpLimits).read(bytes, (message) => messages.push(message));
  return messages[0] ?? assert.fail('no message');
}

const data = (...values: AmfValue[]): Uint8Array => concatBytes(values.map(writeAmf0));

const cases: RtmpCommand[] = [
  { name: 'connect', transaction: 1, values: [{ app: 'live' }] },
  { name: 'createStream', transaction: 4, values: [null] },
  { name: 'publish', transaction: 5, values: [null, 'room1', 'live'] },
  { name: '_result', transaction: 4, values: [null, 1] },
];

describe('RTMP command', () => {
  for (const command of cases) {
    it(`${command.name} comes back as it was written, in AMF 0 and inside of AMF 3`, () => {
      const message = messageOf(writeCommand(1, command.name, command.transaction, command.values, 128));
      assert.deepEqual([message.typeId, message.streamId], [20, 1]);
      assert.deepEqual(readCommand(message), command);
      assert.deepEqual(readCommand({ ...message, typeId: 17, body: concatBytes([hex('00'), message.body]) }), command);
    });

    it(`${command.name} gives a command or a FormatError for 1,000 mutations`, () => {
      const message = messageOf(writeCommand(1, command.name, command.transaction, command.values, 128));
      assert.equal(outcomes(message.body, (body) => readCommand({ ...message, body })).size, 2);
    });
  }

  it('refuses cut values, a missing name and endless arguments', () => {
    const message = { typeId: 20, streamId: 0, timestamp: 0 };
    assert.throws(() => readCommand({ ...message, body: data('connect', 1).subarray(0, 12) }), /value passes the end 12/);
    assert.throws(() => readCommand({ ...message, body: data(1, 1) }), /no name/);
    assert.throws(() => readCommand({ ...message, body: hex('') }), /no name/);
    assert.throws(() => readCommand({ ...message, body: data('x', ...Array.from({ length: 100 }, () => null)) }), /more than 64 values/);
  });

  it('onStatus carries level, code and description on its stream', () => {
    const message = messageOf(concatBytes([setSize, writeStatus(3, 'error', 'NetStream.Play.StreamNotFound', 'Gone.')]));
    assert.equal(message.streamId, 3);
    assert.deepEqual(readCommand(message), {
      name: 'onStatus',
      transaction: 0,
      values: [null, { level: 'error', code: 'NetStream.Play.StreamNotFound', description: 'Gone.', clientid: 'lubo' }],
    });
  });

  it('script bodies lose @setDataFrame and the byte of AMF 3', () => {
    const message = messageOf(writeData(1, ['onMetaData', { width: 1 }]));
    const script = data('onMetaData', { width: 1 });
    assert.deepEqual(scriptBody(message), script);
    assert.deepEqual(scriptBody({ ...message, body: data('@setDataFrame', 'onMetaData', { width: 1 }) }), script);
    assert.deepEqual(scriptBody({ ...message, typeId: 15, body: concatBytes([hex('00'), script]) }), script);
    assert.equal(scriptBody({ ...message, body: data('@clearDataFrame', 'onMetaData') }), undefined);
    assert.equal(scriptBody({ ...message, body: data('@setDataFrame') }), undefined);
    assert.equal(scriptBody({ ...message, body: hex('') }), undefined);
  });
});

/** Set Chunk Size 65535, so that the reader takes our long chunks. */
const setSize = hex('02 000000 000004 01 00000000 0000ffff');
