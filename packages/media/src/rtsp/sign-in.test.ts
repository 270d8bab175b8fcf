// Credentials and transports of the session against a server by script.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Answer, Conversation, audio, hash, playing, video } from './fixtures/conversation.ts';
import type { RtspRequest } from './message.ts';
import { headerOf, writeInterleaved } from './message.ts';

let count = 0;

describe('credentials of a session', () => {
  const challenge = (nonce: string, more = ''): Answer => ({ status: 401, reason: 'Unauthorized', headers: [['WWW-Authenticate', `Digest realm="cam", nonce="${nonce}"${more}`]] });
  const nonceOf = (request: RtspRequest): string | undefined => /nonce="([^"]*)"/.exec(headerOf(request, 'Authorization') ?? '')?.[1];

  it('are given when asked for, and from then on', () => {
    const talk = new Conversation((request) => (nonceOf(request) === 'a' ? undefined : challenge('a')));
    assert.deepEqual(talk.methods, ['OPTIONS', 'OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY']);
    const expected = hash.md5(`${hash.md5('admin:cam:geheim')}:a:${hash.md5('DESCRIBE:rtsp://camera/live')}`);
    assert.ok(headerOf(talk.asked[2]!, 'Authorization')?.includes(expected));
    assert.deepEqual(talk.told, [playing]);
  });

  it('that are wrong are not tried twice, whatever nonce comes', () => {
    for (const script of [() => challenge('a'), (_: RtspRequest, { length }: readonly RtspRequest[]) => challenge(`n${length}`), () => ({ ...challenge('a'), headers: [['WWW-Authenticate', 'Basic realm="x"']] as [string, string][] })]) {
      const talk = new Conversation(script);
      assert.deepEqual(talk.methods, ['OPTIONS', 'OPTIONS']);
      assert.deepEqual(talk.told, [{ type: 'unauthorized', reason: 'wrong-credentials' }]);
    }
  });

  it('are given anew for a nonce that ran out, told or not', () => {
    for (const more of [', stale=true', '']) {
      const talk = new Conversation((request, asked) => {
        const nonce = asked.filter(({ method }) => method === 'GET_PARAMETER').length > 1 ? 'b' : 'a';
        return nonceOf(request) === nonce ? undefined : challenge(nonce, nonce === 'b' ? more : '');
      });
      talk.pass(45_000, () => talk.say(writeInterleaved(0, video((count += 1)))));
      assert.deepEqual(talk.told, [playing]);
      assert.equal(nonceOf(talk.asked.at(-1)!), 'b');
    }
  });

  it('do not go round for ever with a server that finds every nonce stale', () => {
    const talk = new Conversation((_, { length }) => challenge(`n${length}`, ', stale=true'));
    assert.equal(talk.asked.length, 4);
    assert.deepEqual(talk.told, [{ type: 'unauthorized', reason: 'wrong-credentials' }]);
  });

  it('that are missing, or asked for in an unknown way, are told', () => {
    assert.deepEqual(new Conversation(() => challenge('a'), { url: 'rtsp://camera/live' }).told, [{ type: 'unauthorized', reason: 'no-credentials' }]);
    const odd: Answer = { status: 401, reason: 'No', headers: [['WWW-Authenticate', 'Negotiate']] };
    assert.deepEqual(new Conversation(() => odd).told, [{ type: 'unauthorized', reason: 'unknown-scheme' }]);
  });
});

describe('transports of a session', () => {
  it('may be UDP: ports are asked for, greeted, and received from', () => {
    const talk = new Conversation(() => undefined, { transports: ['udp'] });
    assert.deepEqual(talk.told, [
      { type: 'ports', media: 0 },
      { type: 'peer', media: 0, host: undefined, rtpPort: 7000, rtcpPort: 7001 },
      { type: 'ports', media: 1 },
      { type: 'peer', media: 1, host: undefined, rtpPort: 7002, rtcpPort: 7003 },
      { ...playing, transport: 'udp' },
    ]);
    assert.deepEqual(talk.datagrams.map(({ channel }) => channel), [0, 1, 2, 3]);
    for (const i of [0, 2, 1, 3]) talk.do(talk.session.receiveDatagram(0, video(i), talk.now));
    talk.do(talk.session.receiveDatagram(2, audio(0), talk.now));
    talk.pass(5000);
    assert.equal(talk.events.filter(({ type }) => type === 'packet').length, 5);
    assert.deepEqual(talk.datagrams.slice(4).map(({ channel }) => channel), [1, 3]);
  });

  it('are changed on 461, and on another choice of the server', () => {
    const no = new Conversation(({ method, headers }) => (method === 'SETUP' && headerOf({ headers }, 'Transport')?.includes('TCP') === true ? { status: 461, reason: 'Unsupported Transport' } : undefined));
    assert.deepEqual(no.told[0], { type: 'transport', transport: 'udp', reason: '461 Unsupported Transport' });
    assert.deepEqual(no.told.at(-1), { ...playing, transport: 'udp' });
    const other = new Conversation(({ method }) => (method === 'SETUP' ? { headers: [['Transport', 'RTP/AVP;multicast;port=5000-5001']] } : undefined));
    assert.deepEqual(other.told.at(-1), { type: 'end', reason: 'no-transport' });
  });

  it('are changed when no datagram comes', () => {
    const talk = new Conversation(() => undefined, { transports: ['udp', 'tcp'] });
    talk.pass(5000);
    assert.deepEqual(talk.told.slice(-2), [{ type: 'transport', transport: 'tcp', reason: 'no datagram came' }, playing]);
    assert.deepEqual(talk.methods.slice(-4), ['TEARDOWN', 'SETUP', 'SETUP', 'PLAY']);
    talk.say(writeInterleaved(0, video(0)), writeInterleaved(0, video(1)));
    assert.equal(talk.events.at(-1)?.type, 'packet');
  });

  it('use the channels that the server chose', () => {
    const talk = new Conversation((request, asked) => {
      if (request.method !== 'SETUP') return undefined;
      const first = asked.filter(({ method }) => method === 'SETUP').length === 1 ? '10-11' : '20-21';
      return { headers: [['Session', '1'], ['Transport', `RTP/AVP/TCP;interleaved=${first}`]] };
    });
    talk.say(writeInterleaved(20, audio(0)), writeInterleaved(0, audio(1)));
    assert.equal(talk.events.filter(({ type }) => type === 'packet').length, 1);
  });
});
