import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import type { AmfValue } from '../flv/amf0.ts';
import { writeAmf0 } from '../flv/amf0.ts';
import { readFlvHeader } from '../flv/header.ts';
import { readMetadata, writeMetadata } from '../flv/metadata.ts';
import type { FlvTag } from '../flv/tag.ts';
import { readTag, writeTag } from '../flv/tag.ts';
import { ChunkReader } from './chunk-reader.ts';
import type { RtmpClientEvent } from './client-session.ts';
import { RtmpClientSession } from './client-session.ts';
import { chunkMedia } from './chunk-writer.ts';
import type { RtmpCommand } from './command.ts';
import { readCommand, writeCommand, writeStatus } from './command.ts';
import { userControl } from './control.ts';
import { defaultRtmpLimits } from './limits.ts';
import type { RtmpMessage } from './message.ts';
import { RtmpServerSession } from './server-session.ts';

const url = 'rtmp://127.0.0.1/live/room1?token=abc';
const fixture = (name: string): Uint8Array => new Uint8Array(readFileSync(new URL(name, import.meta.url)));
const handshakeLength = 3073;

function mediaOf(flv: Uint8Array): string[] {
  const tags: string[] = [];
  for (let at = readFlvHeader(flv, 0)?.next ?? 0; at < flv.length; ) {
    const read = readTag(flv, at) ?? assert.fail('torn file');
    if (read.tag.type !== 'script') tags.push(String(writeTag(read.tag)));
    at = read.next;
  }
  return tags.toSorted();
}

function eventsOf(...pieces: readonly Uint8Array[]): RtmpClientEvent[] {
  const session = new RtmpClientSession({ url, mode: 'play' });
  session.start();
  return pieces.flatMap((piece) => session.receive(piece).events);
}

for (const name of ['ffmpeg-server.rtmp', 'nginx-server.rtmp']) {
  describe(`RTMP client session with the bytes of ${name}`, () => {
    const bytes = fixture(`./fixtures/${name}`);
    const events = eventsOf(bytes);

    it('becomes ready and gives every tag', () => {
      assert.equal(events[0]?.type, 'ready');
      const [script = hex('')] = events.flatMap((event) => (event.type === 'script' ? [event.body] : []));
      assert.equal(readMetadata(script)?.width, 64);
      const media = events.flatMap((event) => (event.type === 'audio' || event.type === 'video' ? [String(writeTag(event))] : []));
      const expected = mediaOf(fixture('../flv/fixtures/bars-h264-aac.flv'));
      assert.deepEqual(media.toSorted(), expected);
    });

    it('gives the same split at every byte, and byte by byte', () => {
      const expected = JSON.stringify(events);
      for (let at = 0; at <= bytes.length; at += at < handshakeLength ? 61 : 1) {
        const split = eventsOf(bytes.subarray(0, at), bytes.subarray(at));
        assert.equal(split.length, events.length);
        if (at % 16 === 0) assert.equal(JSON.stringify(split), expected);
      }
      assert.equal(JSON.stringify(eventsOf(...Array.from(bytes, (_, i) => bytes.subarray(i, i + 1)))), expected);
    });

    it('gives events or a FormatError for 1,000 mutations', () => {
      assert.equal(outcomes(bytes, (mutated) => eventsOf(mutated), handshakeLength).size, 2);
    });
  });
}

/** A client behind its handshake, whose server is this test. */
class Peer {
  readonly session: RtmpClientSession;
  readonly #reader = new ChunkReader(defaultRtmpLimits);

  constructor(mode: 'publish' | 'play') {
    this.session = new RtmpClientSession({ url, mode });
    this.session.start();
    this.send(hex('03'), new Uint8Array(2 * 1536), hex('02 000000 000004 01 00000000 0000ea60'));
  }

  send(...bytes: Uint8Array[]): { events: RtmpClientEvent[]; commands: RtmpCommand[] } {
    const { events, send } = this.session.receive(concatBytes(bytes));
    const chunks = send.filter(({ length }) => length !== 1536);
    return { events, commands: this.read(...chunks).filter(({ typeId }) => typeId === 20).map(readCommand) };
  }

  read(...bytes: Uint8Array[]): RtmpMessage[] {
    const messages: RtmpMessage[] = [];
    for (const each of bytes) this.#reader.read(each, (message) => messages.push(message));
    return messages;
  }

  /** Up to the createStream's answer. */
  create(): RtmpCommand[] {
    this.result(1, {}, { code: 'NetConnection.Connect.Success' });
    return this.result(4, null, 1).commands;
  }

  result(transaction: number, ...values: AmfValue[]): { events: RtmpClientEvent[]; commands: RtmpCommand[] } {
    return this.send(writeCommand(0, '_result', transaction, values));
  }
}

describe('RTMP client session', () => {
  it('asks to publish step by step', () => {
    const peer = new Peer('publish');
    const before = peer.result(1, {}, { code: 'NetConnection.Connect.Success' }).commands;
    assert.deepEqual(before, [
      { name: 'releaseStream', transaction: 2, values: [null, 'room1?token=abc'] },
      { name: 'FCPublish', transaction: 3, values: [null, 'room1?token=abc'] },
      { name: 'createStream', transaction: 4, values: [null] },
    ]);
    assert.deepEqual(peer.result(4, null, 1).commands, [{ name: 'publish', transaction: 5, values: [null, 'room1?token=abc', 'live'] }]);
    assert.deepEqual(peer.send(writeStatus(1, 'status', 'NetStream.Publish.Start', '')).events, [{ type: 'ready' }]);
    assert.deepEqual(peer.send(writeStatus(1, 'status', 'NetStream.Publish.Start', '')).events, []);
  });

  it('tells the server its application, address and codecs', () => {
    const session = new RtmpClientSession({ url, mode: 'publish' });
    session.start();
    const { send } = session.receive(concatBytes([hex('03'), new Uint8Array(2 * 1536)]));
    const messages: RtmpMessage[] = [];
    const reader = new ChunkReader(defaultRtmpLimits);
    for (const bytes of send.slice(1)) reader.read(bytes, (message) => messages.push(message));
    const { name, transaction, values } = readCommand(messages[0] ?? assert.fail('no connect'));
    assert.deepEqual([name, transaction], ['connect', 1]);
    const told = values[0] as Record<string, AmfValue>;
    assert.deepEqual([told['app'], told['tcUrl'], told['fourCcList']], ['live', 'rtmp://127.0.0.1:1935/live', ['avc1', 'hvc1', 'mp4a']]);
  });

  it('marks metadata to be kept by the server, and media with its stream', () => {
    const peer = new Peer('publish');
    peer.create();
    const body = writeMetadata({});
    const [script] = peer.read(peer.session.sendMedia({ type: 'script', timestamp: 3, body }));
    assert.deepEqual(script, { typeId: 18, streamId: 1, timestamp: 3, body: concatBytes([writeAmf0('@setDataFrame'), body]) });
    const tag: FlvTag = { type: 'video', timestamp: 40, body: new Uint8Array(60_000).fill(9) };
    assert.deepEqual(peer.read(peer.session.sendMedia(tag)), [{ typeId: 9, streamId: 1, timestamp: 40, body: tag.body }]);
  });

  it('stops with FCUnpublish and deleteStream, and is silent from then on', () => {
    const peer = new Peer('publish');
    assert.equal(peer.session.stop().length, 0);
    const begun = new Peer('publish');
    begun.create();
    assert.deepEqual(begun.read(begun.session.stop()).map(readCommand), [
      { name: 'FCUnpublish', transaction: 6, values: [null, 'room1?token=abc'] },
      { name: 'deleteStream', transaction: 7, values: [null, 1] },
    ]);
    assert.deepEqual(begun.send(writeStatus(1, 'status', 'NetStream.Unpublish.Success', '')).events, []);
    assert.deepEqual(begun.send(writeStatus(1, 'error', 'NetStream.Failed', '')).events, []);
  });

  it('tells refusals of connect, createStream and publish, but not of what nothing depends on', () => {
    const refusal = { level: 'error', code: 'NetConnection.Connect.Rejected', description: 'No.' };
    const told = [{ type: 'refused', code: refusal.code, description: 'No.' }];
    assert.deepEqual(new Peer('publish').send(writeCommand(0, '_error', 1, [null, refusal])).events, told);
    const peer = new Peer('publish');
    assert.deepEqual(peer.send(writeCommand(0, '_error', 2, [null, refusal])).events, []);
    assert.deepEqual(peer.send(writeCommand(0, '_error', 3, [null, refusal])).events, []);
    assert.deepEqual(peer.send(writeCommand(0, '_error', 4, [null])).events, [
      { type: 'refused', code: 'NetConnection.Call.Failed', description: '' },
    ]);
    assert.deepEqual(peer.send(writeStatus(1, 'error', 'NetStream.Publish.BadName', 'In use.')).events, [
      { type: 'refused', code: 'NetStream.Publish.BadName', description: 'In use.' },
    ]);
    assert.deepEqual(peer.result(4, null, 'one').events, [{ type: 'refused', code: 'NetConnection.Call.Failed', description: '' }]);
  });

  it('plays, also from a server that does not say when it starts', () => {
    const peer = new Peer('play');
    assert.deepEqual(peer.create(), [{ name: 'play', transaction: 5, values: [null, 'room1?token=abc', -2000] }]);
    const first = peer.send(chunkMedia(1, { type: 'video', timestamp: 5, body: hex('17') }));
    assert.deepEqual(first.events, [{ type: 'ready' }, { type: 'video', timestamp: 5, body: hex('17') }]);
    assert.deepEqual(peer.send(chunkMedia(1, { type: 'audio', timestamp: 6, body: hex('') })).events, []);
  });

  it('leaves the server’s talk with Flash players out of the stream', () => {
    const peer = new Peer('play');
    peer.create();
    for (const name of ['|RtmpSampleAccess', 'onStatus']) {
      const body = concatBytes([writeAmf0(name), writeAmf0(true)]);
      assert.deepEqual(peer.send(chunkMedia(1, { type: 'script', timestamp: 0, body })).events, []);
    }
  });

  it('tells every kind of end', () => {
    const ends: [Uint8Array, string][] = [
      [writeStatus(1, 'status', 'NetStream.Play.UnpublishNotify', ''), 'NetStream.Play.UnpublishNotify'],
      [writeStatus(1, 'status', 'NetStream.Play.Stop', ''), 'NetStream.Play.Stop'],
      [userControl(1, 1), 'StreamEOF'],
      [writeCommand(0, 'close', 0, [null]), 'NetConnection.Connect.Closed'],
    ];
    for (const [bytes, code] of ends) {
      const peer = new Peer('play');
      peer.create();
      assert.deepEqual(peer.send(bytes).events, [{ type: 'end', code }]);
    }
  });

  it('refuses a malformed address', () => {
    assert.throws(() => new RtmpClientSession({ url: 'http://h/live/room1', mode: 'play' }), /RTMP address/);
  });
});

describe('both RTMP sessions', () => {
  /** Publishes `tags` from our client to our server, passing bytes in pieces of `size`. */
  function exchange(tags: readonly FlvTag[], size: number): { media: FlvTag[]; ready: number } {
    const client = new RtmpClientSession({ url, mode: 'publish' });
    const server = new RtmpServerSession();
    const media: FlvTag[] = [];
    let ready = 0;
    const toServer: Uint8Array[] = [client.start()];
    const toClient: Uint8Array[] = [];
    for (let turn = 0; toServer.length + toClient.length > 0; turn++) {
      for (const bytes of pieces(toServer.splice(0), size)) {
        const { events, send } = server.receive(bytes);
        toClient.push(...send);
        for (const event of events) {
          if (event.type === 'publish') toClient.push(server.acceptPublish(event.streamId));
          if (event.type === 'audio' || event.type === 'video' || event.type === 'script') {
            media.push({ type: event.type, timestamp: event.timestamp, body: event.body });
          }
        }
      }
      for (const bytes of pieces(toClient.splice(0), size)) {
        const { events, send } = client.receive(bytes);
        toServer.push(...send);
        if (!events.some(({ type }) => type === 'ready')) continue;
        ready++;
        for (const tag of tags) toServer.push(client.sendMedia(tag));
        toServer.push(client.stop());
      }
    }
    return { media, ready };
  }

  function pieces(parts: readonly Uint8Array[], size: number): Uint8Array[] {
    const all = concatBytes(parts);
    return Array.from({ length: Math.ceil(all.length / size) }, (_, i) => all.subarray(i * size, (i + 1) * size));
  }

  it('carry every tag unchanged, at any size of read', () => {
    const tags: FlvTag[] = [
      { type: 'script', timestamp: 0, body: writeMetadata({}) },
      { type: 'video', timestamp: 0xffffff, body: new Uint8Array(130_000).fill(7) },
      { type: 'audio', timestamp: 0x1000000, body: hex('af01ff') },
      { type: 'video', timestamp: 2 ** 32 - 40, body: hex('2701') },
      { type: 'video', timestamp: 2 ** 32 + 40, body: hex('2702') },
    ];
    for (const size of [1, 7, 1460, 65_536, 1_000_000]) assert.deepEqual(exchange(tags, size), { media: tags, ready: 1 });
  });
});
