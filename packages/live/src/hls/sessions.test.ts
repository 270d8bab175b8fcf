import assert from 'node:assert/strict';
import { beforeEach, describe, test } from 'node:test';
import { pino } from 'pino';
import { HandTimers, announcement, audioHeader, avcLarge, fakePublisher, opening, picture, sound, videoHeader } from '../fakes.ts';
import { Hub } from '../hub.ts';
import { type Limits, defaultLimits } from '../limits.ts';
import type { Publication } from '../stream.ts';
import type { Readiness } from './packager.ts';
import { mediaPlaylist } from './playlists.ts';
import { type Session, Sessions } from './sessions.ts';

const peer = { address: '192.0.2.7' };

describe('HLS of a hub', () => {
  let timers: HandTimers;
  let hub: Hub;
  let sessions: Sessions;

  function make(over: Partial<Limits> = {}): void {
    timers = new HandTimers();
    const log = pino({ level: 'silent' });
    const limits = { ...defaultLimits, ...over };
    hub = new Hub({ limits, timers, log, isSiteThere: () => true, onChange: () => {} });
    sessions = new Sessions({ hub, limits, timers, log, wallMillis: () => Date.UTC(2026, 8, 1) + timers.now() });
  }
  beforeEach(() => make());

  function publish(tags = opening()): Publication {
    const publication = hub.publish('room', fakePublisher());
    if ('refused' in publication) throw new Error(publication.refused);
    for (const tag of tags) publication.write(tag);
    return publication;
  }
  /** Pictures each 40 ms with a keyframe each second, and sound, in real time. */
  function send(publication: Publication, from: number, to: number): void {
    for (let millis = from; millis < to; millis += 40) {
      publication.write(picture(millis, { isKeyframe: millis % 1000 === 0, mark: millis % 251 }));
      publication.write(sound(millis + 5));
      timers.advance(40);
    }
  }
  function open(format: 'fmp4' | 'ts' = 'fmp4'): Session {
    const session = sessions.open('room', format, peer);
    assert.ok(session);
    return session;
  }
  const playlist = ({ packager, format }: Session): string => mediaPlaylist(packager.list, format, packager.folder, packager.isEnded);
  const viewers = (): number | undefined => hub.report().find(({ name }) => name === 'room')?.viewers;
  async function readinessAfter(session: Session, act: () => void): Promise<Readiness> {
    const ready = session.packager.whenReady();
    act();
    return await ready;
  }

  test('costs nothing while nobody asks', () => {
    send(publish(), 0, 5_000);
    assert.equal(hub.viewers, 0);
    assert.equal(sessions.bytes, 0);
  });

  test('the first segment begins with the keyframe that the stream holds and is there with the next one', async () => {
    const publication = publish();
    send(publication, 0, 1_800);
    const session = open();
    assert.equal(await readinessAfter(session, () => send(publication, 1_800, 2_080)), 'ready');
    const text = playlist(session).replaceAll(session.packager.folder, 'folder');
    assert.deepEqual(text.split('\n'), [
      '#EXTM3U', '#EXT-X-VERSION:6', '#EXT-X-TARGETDURATION:2', '#EXT-X-MEDIA-SEQUENCE:0', '#EXT-X-INDEPENDENT-SEGMENTS',
      '#EXT-X-MAP:URI="folder/init-1.mp4"', text.split('\n')[6], '#EXTINF:1,', 'folder/0.m4s', '',
    ]);
    assert.match(text, /#EXT-X-PROGRAM-DATE-TIME:2026-09-01T00:16:4[01]\.\d{3}Z/);
    assert.equal(await session.packager.whenReady(), 'ready');
  });

  test('a session that waits for a publisher is a viewer that makes the gather push', async () => {
    const session = open();
    assert.equal(viewers(), 1);
    timers.advance(8_000);
    assert.equal(await readinessAfter(session, () => send(publish(), 0, 1_100)), 'ready');
  });

  test('who waits in vain learns it after ten seconds, the second one ten seconds after its own coming', async () => {
    const first = open();
    const waits = [first.packager.whenReady()];
    timers.advance(6_000);
    const second = open();
    waits.push(second.packager.whenReady());
    timers.advance(4_500);
    assert.equal(await waits[0], 'no-video');
    sessions.close(first, 'no-video');
    timers.advance(0);
    assert.equal(viewers(), 1);
    timers.advance(6_000);
    assert.equal(await waits[1], 'no-video');
  });

  test('a publisher whose first segment takes too long is told apart from none', async () => {
    make({ waitMillis: 500 });
    const publication = publish();
    const session = open();
    assert.equal(await readinessAfter(session, () => send(publication, 0, 800)), 'late');
  });

  test('each session counts as one viewer, lives by its requests and ends 30 s after the last', () => {
    const publication = publish();
    const [kept, left] = [open(), open('ts')];
    assert.equal(viewers(), 2);
    assert.equal(hub.viewers, 1);
    for (let millis = 0; millis < 40_000; millis += 4_000) {
      assert.ok(sessions.touch('room', kept.id));
      send(publication, millis, millis + 4_000);
    }
    assert.equal(viewers(), 1);
    assert.equal(sessions.touch('room', left.id), undefined);
    assert.equal(sessions.touch('other', kept.id), undefined);
    for (let millis = 40_000; millis < 72_000; millis += 4_000) send(publication, millis, millis + 4_000);
    assert.deepEqual([viewers(), hub.viewers, sessions.size, sessions.bytes], [0, 0, 0, 0]);
    assert.equal(sessions.packager('room', kept.packager.folder), undefined);
  });

  test('a viewer who says goodbye counts no more; its stream stays HLS for 10 s, for one who comes right back', async () => {
    const publication = publish();
    const key = 'k'.repeat(22);
    const [one, other] = [sessions.open('room', 'fmp4', peer, key), sessions.open('room', 'fmp4', peer)];
    assert.ok(one && other);
    send(publication, 0, 3_080);
    sessions.leave('other', key);
    sessions.leave('room', 'x'.repeat(22));
    assert.equal(viewers(), 2);
    sessions.leave('room', key);
    assert.deepEqual([viewers(), sessions.touch('room', one.id), sessions.touch('room', other.id)], [1, undefined, other]);
    sessions.close(other, 'left');
    assert.equal(hub.viewers, 0, 'without a goodbye it ends with the last session');

    const back = sessions.open('room', 'fmp4', peer, key);
    assert.ok(back);
    send(publication, 3_080, 6_080);
    sessions.leave('room', key);
    assert.deepEqual([viewers(), sessions.size], [0, 0]);
    send(publication, 6_080, 15_000);
    const again = sessions.open('room', 'fmp4', peer, key);
    assert.equal(again?.packager, back.packager);
    assert.equal(await again?.packager.whenReady(), 'ready');
    send(publication, 15_000, 30_000);
    assert.equal(viewers(), 1, 'it is no longer idle');
    sessions.leave('room', key);
    send(publication, 30_000, 41_000);
    assert.deepEqual([hub.viewers, sessions.bytes], [0, 0]);
  });

  test('a publisher who comes back is a discontinuity under the same initialisation segment, another configuration under its own', async () => {
    const old = publish();
    const session = open();
    await readinessAfter(session, () => send(old, 0, 1_400));
    old.end();
    timers.advance(4_000);
    const again = publish();
    send(again, 0, 1_400);
    again.end();
    send(publish([announcement({ video: true, audio: true }), videoHeader(avcLarge), audioHeader()]), 0, 2_200);
    const lines = playlist(session).replaceAll(session.packager.folder, 'folder').split('\n');
    const shown = lines.filter((line) => /DISC|MAP|^folder|EXTINF/.test(line));
    assert.deepEqual(shown, [
      '#EXT-X-MAP:URI="folder/init-1.mp4"', '#EXTINF:1,', 'folder/0.m4s', '#EXTINF:0.4,', 'folder/1.m4s',
      '#EXT-X-DISCONTINUITY', '#EXTINF:1,', 'folder/2.m4s', '#EXTINF:0.4,', 'folder/3.m4s',
      '#EXT-X-DISCONTINUITY', '#EXT-X-MAP:URI="folder/init-2.mp4"', '#EXTINF:2,', 'folder/4.m4s',
    ]);
    assert.ok(session.packager.init(1) && session.packager.init(2));
    const times = lines.filter((line) => line.includes('DATE-TIME')).map((line) => Date.parse(line.slice(25)));
    for (const [i, step] of [1_000, 4_400, 1_000, 400].entries()) assert.ok(Math.abs((times[i + 1] ?? 0) - (times[i] ?? 0) - step) < 50, String(times));
  });

  test('other kinds of track do not end a session', async () => {
    const old = publish();
    const session = open();
    await readinessAfter(session, () => send(old, 0, 1_400));
    const again = publish([announcement({ video: true }), videoHeader()]);
    for (let millis = 0; millis < 1_400; millis += 40) {
      again.write(picture(millis, { isKeyframe: millis % 1000 === 0 }));
      timers.advance(40);
    }
    assert.match(playlist(session), /DISCONTINUITY\n#EXT-X-MAP:URI="[\w-]+\/init-2\.mp4"/);
    assert.equal(viewers(), 1);
  });

  test('when no publisher comes back the playlist ends, and a newcomer begins anew', async () => {
    const publication = publish();
    const session = open();
    await readinessAfter(session, () => send(publication, 0, 1_400));
    publication.end();
    assert.doesNotMatch(playlist(session), /ENDLIST/);
    timers.advance(11_000);
    assert.match(playlist(session), /1\.m4s\n#EXT-X-ENDLIST\n$/);
    assert.equal(hub.viewers, 0);
    assert.ok(sessions.packager('room', session.packager.folder)?.list.get(1));
    assert.notEqual(open().packager, session.packager);
    timers.advance(40_000);
    assert.deepEqual([sessions.size, sessions.bytes], [0, 0]);
  });

  test('MPEG-TS is made while somebody wants it, also of what was there before', async () => {
    const publication = publish();
    const plain = open();
    await readinessAfter(plain, () => send(publication, 0, 2_200));
    const { list } = plain.packager;
    assert.ok([...list.held].every(({ ts }) => ts === undefined));
    const before = list.bytes;
    const old = open('ts');
    send(publication, 2_200, 4_200);
    assert.ok([...list.held].every(({ ts }) => ts !== undefined && ts.length % 188 === 0 && ts[0] === 0x47));
    assert.ok(list.bytes > before);
    assert.match(playlist(old), /\/2\.ts\n$/);
    assert.doesNotMatch(playlist(old), /MAP/);
    sessions.close(old, 'left');
    assert.ok([...list.held].every(({ ts }) => ts === undefined));
  });

  test('sessions, streams and bytes are bounded', () => {
    make({ hlsSessions: 2, streams: 1 });
    const [first] = [open(), open()];
    assert.equal(sessions.open('room', 'fmp4', peer), undefined);
    sessions.close(first, 'left');
    assert.equal(sessions.open('other', 'fmp4', peer), undefined);
    assert.equal(sessions.size, 1);
    make({ hlsBytes: 80_000, hlsTotalBytes: 70_000 });
    const publication = publish();
    const { packager, id } = open();
    for (let millis = 0; millis < 20_000; millis += 40) {
      publication.write(picture(millis, { isKeyframe: millis % 1000 === 0, size: 4_000 }));
      timers.advance(40);
      assert.ok(packager.bytes <= 100_000, `${packager.bytes} bytes`);
      assert.ok(sessions.touch('room', id));
    }
    assert.equal(sessions.open('other', 'fmp4', peer), undefined);
  });

  test('stopping ends sessions and tells those who wait', async () => {
    const session = open();
    const readiness = await readinessAfter(session, () => {
      hub.stop();
      sessions.stop();
    });
    assert.equal(readiness, 'stopping');
    assert.equal(sessions.size, 0);
    assert.equal(sessions.open('room', 'fmp4', peer), undefined);
  });
});
