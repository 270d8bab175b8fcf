import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AmfObject, AmfValue } from '../flv/amf0.ts';
import { writeAmf0 } from '../flv/amf0.ts';
import { readMetadata } from '../flv/metadata.ts';
import { readFlvHeader } from '../flv/header.ts';
import { readTag, writeTag } from '../flv/tag.ts';
import { ChunkReader } from './chunk-reader.ts';
import { chunkMedia, writeChunks } from './chunk-writer.ts';
import type { RtmpCommand } from './command.ts';
import { readCommand, writeCommand } from './command.ts';
import { userControl } from './control.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import type { RtmpServerEvent } from './server-session.ts';
import { RtmpServerSession } from './server-session.ts';

const file = new Uint8Array(readFileSync(new URL('../flv/fixtures/bars-h264-aac.flv', import.meta.url)));
const publisher = new Uint8Array(readFileSync(new URL('./fixtures/ffmpeg-publisher.rtmp', import.meta.url)));
const handshakeLength = 3073;
const setChunkSize = hex('02 000000 000004 01 00000000 0000ea60');

/** A session behind its handshake, with `connect` done, and the messages of what it sends. */
class Peer {
  readonly session: RtmpServerSession;
  readonly #reader = new ChunkReader(defaultRtmpLimits);

  constructor(connect: AmfObject = { app: 'live', tcUrl: 'rtmp://h/live' }, limits: Partial<RtmpLimits> = {}) {
    this.session = new RtmpServerSession({ limits });
    this.session.receive(concatBytes([hex('03'), new Uint8Array(2 * 1536), setChunkSize]));
    this.send(writeCommand(0, 'connect', 1, [connect]));
  }

  send(...bytes: Uint8Array[]): { events: RtmpServerEvent[]; answers: RtmpMessage[] } {
    const { events, send } = this.session.receive(concatBytes(bytes));
    return { events, answers: this.read(...send) };
  }

  read(...bytes: Uint8Array[]): RtmpMessage[] {
    const messages: RtmpMessage[] = [];
    for (const each of bytes) this.#reader.read(each, (message) => messages.push(message));
    return messages;
  }

  call(name: string, transaction: number, ...values: AmfValue[]): { events: RtmpServerEvent[]; answers: RtmpCommand[] } {
    const { events, answers } = this.send(writeCommand(1, name, transaction, values));
    return { events, answers: answers.filter(({ typeId }) => typeId === 20).map(readCommand) };
  }

  publish(name: string): RtmpServerEvent[] {
    this.call('createStream', 4, null);
    return this.call('publish', 5, null, name, 'live').events;
  }
}

/** Events with their queries as text, so that they compare. */
function plain(events: readonly RtmpServerEvent[]): unknown[] {
  return events.map((event) => ('query' in event ? { ...event, query: event.query.toString() } : event));
}

function eventsOf(...pieces: readonly Uint8Array[]): RtmpServerEvent[] {
  const session = new RtmpServerSession();
  return pieces.flatMap((piece) => session.receive(piece).events);
}

describe('RTMP server session with the bytes of an ffmpeg publisher', () => {
  const events = eventsOf(publisher);

  it('connects, publishes and closes once', () => {
    const others = events.filter(({ type }) => !['audio', 'video', 'script'].includes(type));
    assert.deepEqual(others.map(({ type }) => type), ['connect', 'publish', 'close']);
    assert.deepEqual(plain(others)[1], { type: 'publish', streamId: 1, app: 'live', name: 'room1', query: 'token=abc' });
  });

  it('gives the tags of the file that ffmpeg published', () => {
    const expected: Uint8Array[] = [];
    for (let at = readFlvHeader(file, 0)?.next ?? 0; at < file.length; ) {
      const read = readTag(file, at) ?? assert.fail('torn file');
      if (read.tag.type !== 'script') expected.push(writeTag(read.tag));
      at = read.next;
    }
    const tags = events.flatMap((event) => (event.type === 'audio' || event.type === 'video' ? [writeTag(event)] : []));
    assert.deepEqual(tags.map(String).toSorted(), expected.map(String).toSorted());
    const [script = hex('')] = events.flatMap((event) => (event.type === 'script' ? [event.body] : []));
    assert.equal(readMetadata(script)?.framesPerSecond, 12);
  });

  it('gives the same split at every byte, and byte by byte', () => {
    const expected = JSON.stringify(plain(events));
    for (let at = 0; at <= publisher.length; at += at < handshakeLength ? 61 : 1) {
      const split = eventsOf(publisher.subarray(0, at), publisher.subarray(at));
      assert.equal(split.length, events.length);
      if (at % 16 === 0) assert.equal(JSON.stringify(plain(split)), expected);
    }
    assert.equal(JSON.stringify(plain(eventsOf(...Array.from(publisher, (_, i) => publisher.subarray(i, i + 1))))), expected);
  });

  it('gives events or a FormatError for 1,000 mutations', () => {
    assert.equal(outcomes(publisher, (bytes) => eventsOf(bytes), handshakeLength).size, 2);
  });

  it('takes no bytes for none', () => assert.deepEqual(new RtmpServerSession().receive(hex('')), { events: [], send: [] }));
});

describe('RTMP server session', () => {
  it('answers connect with its window, its chunk size and the codecs of enhanced RTMP', () => {
    const session = new RtmpServerSession();
    session.receive(concatBytes([hex('03'), new Uint8Array(2 * 1536), setChunkSize]));
    const command = { app: 'live?token=x', tcUrl: 'rtmp://h/live?token=x', fourCcList: ['hvc1'] };
    const { events, send } = session.receive(writeCommand(0, 'connect', 1, [command]));
    assert.deepEqual(events, [{ type: 'connect', app: 'live', tcUrl: command.tcUrl, command }]);
    const messages: RtmpMessage[] = [];
    new ChunkReader(defaultRtmpLimits).read(concatBytes(send), (message) => messages.push(message));
    assert.deepEqual(messages.map(({ typeId }) => typeId), [5, 6, 20]);
    const { name, transaction, values } = readCommand(messages[2] ?? assert.fail('no answer'));
    assert.deepEqual([name, transaction], ['_result', 1]);
    const [properties, information] = values as [AmfObject, AmfObject];
    assert.deepEqual(properties['fourCcList'], ['avc1', 'hvc1', 'mp4a']);
    assert.equal(information['code'], 'NetConnection.Connect.Success');
  });

  it('answers what publishers ask before they publish', () => {
    const peer = new Peer();
    assert.deepEqual(peer.call('releaseStream', 2, null, 'room1').answers, [{ name: '_result', transaction: 2, values: [null, undefined] }]);
    assert.deepEqual(peer.call('FCPublish', 3, null, 'room1').answers.map(({ name }) => name), ['_result', 'onFCPublish']);
    assert.deepEqual(peer.call('createStream', 4, null).answers, [{ name: '_result', transaction: 4, values: [null, 1] }]);
    assert.deepEqual(peer.call('getStreamLength', 5, null, 'room1').answers, [{ name: '_result', transaction: 5, values: [null, 0] }]);
    assert.deepEqual(peer.call('_checkbw', 6, null).answers.map(({ name }) => name), ['_result']);
    assert.deepEqual(peer.call('somethingElse', 7, null).answers.map(({ name }) => name), ['_result']);
    assert.deepEqual(peer.call('noAnswerWanted', 0, null).answers, []);
  });

  it('gathers the query of a publish from everywhere', () => {
    const peer = new Peer({ app: 'live?a=1', tcUrl: 'rtmp://h/live?a=2&b=2' });
    assert.deepEqual(plain(peer.publish('room1?c=3')), [{ type: 'publish', streamId: 1, app: 'live', name: 'room1', query: 'c=3&a=1&b=2' }]);
  });

  it('accepts a publish and gives its media, unwrapped, before and after', () => {
    const peer = new Peer();
    peer.publish('room1');
    const early = peer.send(chunkMedia(1, { type: 'video', timestamp: 2 ** 32 - 20, body: hex('1700') }));
    assert.deepEqual(early.events, [{ type: 'video', streamId: 1, timestamp: 2 ** 32 - 20, body: hex('1700') }]);
    const [begin, status] = peer.read(peer.session.acceptPublish(1));
    assert.deepEqual(begin?.body, hex('0000 00000001'));
    assert.equal((readCommand(status ?? assert.fail()).values[1] as AmfObject)['code'], 'NetStream.Publish.Start');
    const late = peer.send(chunkMedia(1, { type: 'video', timestamp: 2 ** 32 + 20, body: hex('2701') }));
    assert.deepEqual(late.events, [{ type: 'video', streamId: 1, timestamp: 2 ** 32 + 20, body: hex('2701') }]);
  });

  it('drops empty messages, and media of streams that do not publish', () => {
    const peer = new Peer();
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'video', timestamp: 0, body: hex('17') })).events, []);
    peer.publish('room1');
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'audio', timestamp: 0, body: hex('') })).events, []);
    assert.deepEqual(peer.send(chunkMedia(2, { type: 'audio', timestamp: 0, body: hex('af') })).events, []);
    peer.session.reject(1, 'NetStream.Publish.BadName', 'In use.');
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'audio', timestamp: 0, body: hex('af') })).events, []);
  });

  it('takes the metadata out of @setDataFrame', () => {
    const peer = new Peer();
    peer.publish('room1');
    const script = concatBytes([writeAmf0('onMetaData'), writeAmf0({ width: 640 })]);
    const body = concatBytes([writeAmf0('@setDataFrame'), script]);
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'script', timestamp: 7, body })).events, [
      { type: 'script', streamId: 1, timestamp: 7, body: script },
    ]);
  });

  it('splits aggregate messages', () => {
    const peer = new Peer();
    peer.publish('room1');
    const body = concatBytes([
      writeTag({ type: 'audio', timestamp: 10, body: hex('af01') }),
      writeTag({ type: 'video', timestamp: 12, body: hex('2701') }),
    ]);
    const { events } = peer.send(writeChunks({ typeId: 22, streamId: 1, timestamp: 100, body }, 6, 60000));
    assert.deepEqual(events.map((event) => 'timestamp' in event && [event.type, event.timestamp]), [['audio', 100], ['video', 102]]);
  });

  it('accepts a play and sends media to it', () => {
    const peer = new Peer();
    peer.call('createStream', 2, null);
    const { events } = peer.call('play', 3, null, 'room1?token=x', -2000);
    assert.deepEqual(plain(events), [{ type: 'play', streamId: 1, app: 'live', name: 'room1', query: 'token=x' }]);
    const messages = peer.read(peer.session.acceptPlay(1));
    assert.deepEqual(messages.map(({ typeId }) => typeId), [4, 20, 20, 18]);
    const codes = messages.slice(1, 3).map((message) => (readCommand(message).values[1] as AmfObject)['code']);
    assert.deepEqual(codes, ['NetStream.Play.Reset', 'NetStream.Play.Start']);
    const tag = { type: 'video', timestamp: 40, body: hex('1701') } as const;
    assert.deepEqual(peer.read(peer.session.sendMedia(1, tag)), [{ typeId: 9, streamId: 1, timestamp: 40, body: tag.body }]);
    assert.deepEqual(peer.session.sendMedia(1, tag), chunkMedia(1, tag));
  });

  it('rejects with an error status, and tells other statuses', () => {
    const peer = new Peer();
    peer.publish('room1');
    const information = (bytes: Uint8Array): AmfValue => peer.read(bytes).map(readCommand)[0]?.values[1];
    assert.deepEqual(information(peer.session.reject(1, 'NetStream.Publish.BadName', 'In use.')), {
      level: 'error', code: 'NetStream.Publish.BadName', description: 'In use.', clientid: 'lubo',
    });
    assert.deepEqual(information(peer.session.status(1, 'status', 'NetStream.Play.UnpublishNotify', 'Gone.')), {
      level: 'status', code: 'NetStream.Play.UnpublishNotify', description: 'Gone.', clientid: 'lubo',
    });
  });

  it('tells a close once, by whichever command comes first', () => {
    const closings: [string, ...AmfValue[]][] = [['deleteStream', null, 1], ['closeStream', null], ['FCUnpublish', null, 'room1?token=x']];
    for (const [name, ...values] of closings) {
      const peer = new Peer();
      peer.publish('room1?token=x');
      assert.deepEqual(peer.call(name, 0, ...values).events, [{ type: 'close', streamId: 1 }], name);
      assert.deepEqual(peer.call('deleteStream', 0, null, 1).events, [], name);
      assert.equal(peer.session.acceptPublish(1).length, 0);
    }
  });

  it('leaves a stream alone that another name unpublishes', () => {
    const peer = new Peer();
    peer.publish('room1');
    assert.deepEqual(peer.call('FCUnpublish', 0, null, 'room2').events, []);
  });

  it('closes what a stream did before when it publishes again', () => {
    const peer = new Peer();
    peer.publish('room1');
    assert.deepEqual(peer.call('publish', 6, null, 'room2', 'live').events.map(({ type }) => type), ['close', 'publish']);
  });

  it('gives stream numbers back and refuses too many', () => {
    const peer = new Peer(undefined, { streams: 2 });
    const create = (): AmfValue => peer.call('createStream', 2, null).answers[0]?.values[1];
    assert.deepEqual([create(), create()], [1, 2]);
    assert.equal(peer.call('createStream', 3, null).answers[0]?.name, '_error');
    peer.call('deleteStream', 0, null, 1);
    assert.equal(create(), 1);
  });

  it('answers pings and acknowledges by window', () => {
    const peer = new Peer();
    assert.deepEqual(peer.send(userControl(6, 0x01020304)).answers.map(({ body }) => body), [hex('0007 01020304')]);
    peer.send(hex('02 000000 000004 05 00000000 000003e8'));
    peer.publish('room1');
    const { answers } = peer.send(chunkMedia(1, { type: 'video', timestamp: 0, body: new Uint8Array(1000) }));
    assert.deepEqual(answers.map(({ typeId }) => typeId), [3]);
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'video', timestamp: 0, body: new Uint8Array(10) })).answers, []);
  });

  it('refuses commands out of order', () => {
    const fresh = new RtmpServerSession();
    fresh.receive(concatBytes([hex('03'), new Uint8Array(2 * 1536)]));
    assert.throws(() => fresh.receive(writeCommand(0, 'createStream', 1, [null])), /command "createStream" before connect/);
    assert.throws(() => new Peer().call('connect', 2, {}), /second connect/);
    assert.throws(() => new Peer().call('publish', 2, null, 'room1'), /publish on stream 1, which was not created/);
  });

  it('takes long media only from a publisher', () => {
    const bytes = chunkMedia(1, { type: 'video', timestamp: 0, body: new Uint8Array(100_000) });
    assert.throws(() => new Peer().send(bytes), /message of type 9 with 100000 bytes > 65536/);
    const peer = new Peer();
    peer.publish('room1');
    assert.equal(peer.send(bytes).events.length, 1);
    const small = new Peer(undefined, { messageLength: 1000 });
    small.publish('room1');
    assert.throws(() => small.send(bytes), /message of type 9 with 100000 bytes > 1000/);
  });
});
