// The session against a server by script: what is asked, what is answered, and everything a camera may do instead.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { mutations, survives } from '../codec/hostile-bytes.ts';
import { decodeText, encodeText } from '../flv/text.ts';
import { readRtcp, writeBye, writeSenderReport } from '../rtp/rtcp.ts';
import { Conversation, audio, playing, sdp, video } from './fixtures/conversation.ts';
import { headerOf, writeInterleaved, writeRtspMessage } from './message.ts';

let count = 0;

describe('an RTSP session', () => {
  it('asks in order and plays both media', () => {
    const talk = new Conversation();
    assert.deepEqual(talk.methods, ['OPTIONS', 'DESCRIBE', 'SETUP', 'SETUP', 'PLAY']);
    assert.deepEqual(talk.asked.map(({ uri }) => uri), ['rtsp://camera/live', 'rtsp://camera/live', 'rtsp://camera/live/track1', 'rtsp://camera/live/track2', 'rtsp://camera/live/']);
    assert.deepEqual(talk.told, [playing]);
    assert.equal(headerOf(talk.asked[3]!, 'Session'), '12345678');
    for (let i = 0; i < 5; i++) talk.say(writeInterleaved(0, video(i)), writeInterleaved(2, audio(i)));
    assert.deepEqual(talk.events.flatMap((event) => (event.type === 'track' ? [event.track.codec] : [])), ['h264', 'aac']);
    const packets = talk.events.flatMap((event) => (event.type === 'packet' ? [event.packet.kind] : []));
    assert.deepEqual([packets.filter((kind) => kind === 'audio').length, packets.filter((kind) => kind === 'video').length], [5, 5]);
    talk.do(talk.session.stop(talk.now));
    assert.equal(talk.methods.at(-1), 'TEARDOWN');
    assert.equal(talk.session.isOver, true);
    assert.deepEqual(talk.session.tick(99_999), { events: [], send: [], datagrams: [] });
  });

  it('comes to the same when bytes come one by one', () => {
    const whole = new Conversation();
    const split = new Conversation();
    const bytes = concatBytes([0, 1, 2, 3, 4, 5].flatMap((i) => [writeInterleaved(0, video(i)), writeInterleaved(2, audio(i)), encodeText('RTSP/1.0 200 OK\r\n\r\n')]));
    whole.say(bytes);
    for (const byte of bytes) split.say(Uint8Array.of(byte));
    assert.deepEqual(split.events, whole.events);
    assert.ok(whole.events.length > 10);
  });

  it('keeps alive by what the server offers, well within its time-out', () => {
    const flow = (talk: Conversation): void => talk.pass(65_000, () => talk.say(writeInterleaved(0, video((count += 1)))));
    const offered = new Conversation();
    flow(offered);
    assert.deepEqual(offered.methods.slice(5), Array.from({ length: 6 }, () => 'GET_PARAMETER'));
    const plain = new Conversation(({ method }) => (method === 'OPTIONS' ? {} : undefined));
    flow(plain);
    assert.deepEqual(plain.methods.slice(5), Array.from({ length: 6 }, () => 'OPTIONS'));
    const liar = new Conversation(({ method }) => (method === 'GET_PARAMETER' ? { status: 451, reason: 'Parameter Not Understood' } : undefined));
    flow(liar);
    assert.deepEqual(liar.methods.slice(5), ['GET_PARAMETER', ...Array.from({ length: 5 }, () => 'OPTIONS')]);
    const deaf = new Conversation(({ method }) => (method === 'GET_PARAMETER' ? 'silent' : undefined));
    flow(deaf);
    assert.deepEqual(deaf.told, [playing]);
  });

  it('reports how it receives, on the RTCP channels', () => {
    const talk = new Conversation();
    talk.say(writeInterleaved(0, video(0)), writeInterleaved(0, video(3)), writeInterleaved(2, audio(0)));
    talk.say(writeInterleaved(1, writeSenderReport({ type: 'sender-report', ssrc: 1, wallMillis: 1000, ntpMiddle: 0, rtpTime: 0, packets: 0, octets: 0, blocks: [] }, 'c')));
    talk.pass(5000);
    assert.deepEqual(talk.frames.map(({ channel }) => channel), [1, 3]);
    const [report] = readRtcp(talk.frames[0]?.bytes ?? new Uint8Array(0));
    assert.ok(report?.type === 'receiver-report');
    assert.deepEqual([report.blocks[0]?.ssrc, report.blocks[0]?.lost, report.blocks[0]?.lastReport], [1, 2, 0x10000]);
    assert.equal(talk.session.stats.video?.lost, 2);
  });

  it('notices silence of the video, whatever the sound does', () => {
    const talk = new Conversation();
    talk.pass(16_000, () => talk.say(writeInterleaved(2, audio((count += 1)))));
    assert.deepEqual(talk.told.at(-1), { type: 'end', reason: 'silence' });
    assert.equal(talk.methods.at(-1), 'TEARDOWN');
    assert.equal(talk.now >= 15_000, true);
  });

  it('ends when a request is not answered', () => {
    for (const method of ['OPTIONS', 'DESCRIBE', 'SETUP', 'PLAY']) {
      const talk = new Conversation((request) => (request.method === method ? 'silent' : undefined));
      talk.pass(11_000);
      assert.deepEqual(talk.told.at(-1), { type: 'end', reason: 'no-answer' }, method);
    }
  });

  it('ends with the server: BYE of all, ANNOUNCE, TEARDOWN', () => {
    const bye = new Conversation();
    bye.say(writeInterleaved(0, video(0)), writeInterleaved(2, audio(0)), writeInterleaved(1, writeBye([1])));
    assert.deepEqual(bye.told, [playing]);
    bye.say(writeInterleaved(3, writeBye([2])));
    assert.deepEqual(bye.told.at(-1), { type: 'end', reason: 'bye' });
    assert.equal(bye.events.filter(({ type }) => type === 'packet').length, 2);
    for (const [method, reason] of [['ANNOUNCE', 'announce'], ['TEARDOWN', 'teardown']] as const) {
      const talk = new Conversation();
      talk.say(writeRtspMessage({ type: 'request', method, uri: '*', headers: [['CSeq', '99']], body: new Uint8Array(0) }));
      assert.deepEqual(talk.told.at(-1), { type: 'end', reason });
      assert.match(talk.sent.find((text) => text.startsWith('RTSP/1.0 200 OK')) ?? '', /CSeq: 99/);
    }
  });

  it('answers what the server asks', () => {
    const talk = new Conversation();
    for (const method of ['OPTIONS', 'SET_PARAMETER', 'RECORD']) talk.say(writeRtspMessage({ type: 'request', method, uri: '*', headers: [['CSeq', '5']], body: new Uint8Array(0) }));
    assert.deepEqual(talk.sent.slice(-3).map((text) => text.slice(9, 12)), ['200', '200', '501']);
    assert.deepEqual(talk.told, [playing]);
  });

  it('names refusals', () => {
    const reasons = { 403: 'forbidden', 404: 'not-found', 453: 'not-enough-bandwidth', 454: 'session-not-found', 503: 'unavailable', 500: 'refused' };
    for (const [status, reason] of Object.entries(reasons)) {
      for (const method of ['DESCRIBE', 'SETUP', 'PLAY']) {
        const talk = new Conversation((request) => (request.method === method ? { status: Number(status), reason: 'No' } : undefined));
        assert.deepEqual(talk.told, [{ type: 'refused', reason, status: Number(status), phrase: 'No', method }]);
        assert.equal(talk.session.isOver, true);
      }
    }
    const lost = new Conversation(({ method }) => (method === 'GET_PARAMETER' ? { status: 454, reason: 'Session Not Found' } : undefined));
    lost.pass(11_000, () => lost.say(writeInterleaved(0, video((count += 1)))));
    assert.equal(lost.told.at(-1)?.type, 'refused');
  });

  it('goes on when only OPTIONS, or only the sound, is refused', () => {
    const quiet = new Conversation((request) => (request.method === 'OPTIONS' ? { status: 501, reason: 'No' } : request.uri.endsWith('track2') ? { status: 404, reason: 'No' } : undefined));
    assert.deepEqual(quiet.told, [{ ...playing, kinds: ['video'] }]);
  });

  it('follows no redirect by itself, and takes credentials out of it', () => {
    const talk = new Conversation(({ method }) => (method === 'DESCRIBE' ? { status: 302, reason: 'Moved', headers: [['Location', 'rtsp://x:y@other/live']] } : undefined));
    assert.deepEqual(talk.told, [{ type: 'redirect', url: 'rtsp://other/live' }]);
    const asked = new Conversation();
    asked.say(writeRtspMessage({ type: 'request', method: 'REDIRECT', uri: '*', headers: [['CSeq', '1'], ['Location', 'rtsp://other/']], body: new Uint8Array(0) }));
    assert.deepEqual(asked.told.at(-1), { type: 'redirect', url: 'rtsp://other/' });
  });

  it('ends without anything to take', () => {
    const talk = new Conversation(({ method }) => (method === 'DESCRIBE' ? { body: 'm=video 0 RTP/AVP 26\n' } : undefined));
    assert.deepEqual(talk.events, [
      { type: 'described', codecs: {}, skipped: [{ kind: 'video', reason: 'JPEG is not supported' }] },
      { type: 'end', reason: 'no-media' },
    ]);
    assert.throws(() => new Conversation(({ method }) => (method === 'DESCRIBE' ? { body: '' } : undefined)), /no m= line/);
  });

  it('never sends or tells the password', () => {
    const talk = new Conversation();
    talk.do(talk.session.stop(0));
    assert.doesNotMatch(JSON.stringify([talk.sent, talk.events]), /geheim|admin/);
  });

  it('survives 1,000 mutations of a stream', () => {
    const talk = (bytes: Uint8Array): number => {
      const conversation = new Conversation();
      conversation.say(bytes);
      conversation.pass(200);
      return conversation.events.length;
    };
    const bytes = concatBytes([0, 1, 2].flatMap((i) => [writeInterleaved(0, video(i)), writeInterleaved(2, audio(i)), encodeText('RTSP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nab'), writeInterleaved(1, writeBye([9]))]));
    let events = 0;
    for (const damaged of mutations(bytes, 1000)) survives(() => (events += talk(damaged)));
    for (const damaged of mutations(encodeText(sdp), 1000)) {
      survives(() => (events += new Conversation(({ method }) => (method === 'DESCRIBE' ? { body: decodeText(damaged) } : undefined)).events.length));
    }
    assert.ok(events > 5000);
  });
});
