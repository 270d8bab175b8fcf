// Publishers and viewers that come, go, return, compete and die; foreign programs at both ends of the live server.
import assert from 'node:assert/strict';
import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { type FakeLive, startFakeLive, until } from '../../packages/live/src/fake-live.ts';
import { type ProbedPacket, decode, makeClip, probe, programs, pushArgs, timesOf, workDir } from './live-harness.ts';

const run = promisify(execFile);
const hasRtmpdump = await run('rtmpdump', ['--help']).then(() => true, () => false);

describe('a stream through the life of its publishers and viewers', () => {
  const { start, end } = programs();
  let server: FakeLive;
  let clip: string;
  before(async () => {
    clip = await makeClip('both');
    server = await startFakeLive();
  });
  afterEach(end);
  after(() => server.live.close());

  const flv = (name: string): string => server.http(`/live/${name}.flv?token=${server.token(name, 'play')}`);
  const push = (name: string): ChildProcess => start('ffmpeg', pushArgs(clip, server.rtmp(name, 'publish')));
  const outBytes = (name: string): number => server.live.hub.streams.get(name)?.bytesOut ?? 0;
  async function more(name: string, bytes = 60_000): Promise<void> {
    const from = outBytes(name);
    await until(`${bytes} more bytes of ${name}`, () => outBytes(name) > from + bytes);
  }

  /** Saves a stream until it ends; gives ffprobe's view of the file and what decoding it complained of. */
  function save(name: string): { whole: Promise<{ packets: ProbedPacket[]; complaints: string }> } {
    const path = join(workDir, `${name}.flv`);
    const whole = (async () => {
      const response = await fetch(flv(name));
      assert.equal(response.status, 200);
      assert.ok(response.body);
      await pipeline(response.body, createWriteStream(path));
      const { packets } = await probe(path, 600);
      return { packets, complaints: await decode(path, 600) };
    })();
    return { whole };
  }

  function assertContinuous(packets: readonly ProbedPacket[]): void {
    for (const kind of ['video', 'audio'] as const) {
      const times = timesOf(packets, kind);
      for (const [i, time] of times.entries()) {
        const step = i === 0 ? 0.04 : time - (times[i - 1] ?? 0);
        assert.ok(step > 0 && step < 0.15, `${kind} step of ${step} s at ${time}`);
      }
    }
  }

  test('a viewer who comes before the publisher gets the stream from its first keyframe', async () => {
    const probing = probe(flv('early'), 2);
    await until('one waits', () => server.live.hub.viewers === 1);
    push('early');
    const { packets } = await probing;
    assert.ok(timesOf(packets, 'video').length > 40);
    assert.equal(packets[0]?.dts_time, '0.000000');
  });

  test('a publisher that dies and comes back within ten seconds leaves viewers connected and times continuous', async () => {
    const first = push('back');
    const { whole } = save('back');
    await until('a viewer', () => server.live.hub.viewers === 1);
    await more('back', 150_000);
    first.kill('SIGKILL');
    await until('unpublished', () => !server.live.hub.isPublishing('back'));
    const second = push('back');
    await until('published again', () => server.live.hub.isPublishing('back'));
    await more('back', 150_000);
    second.kill('SIGKILL');
    const { packets, complaints } = await whole;
    assertContinuous(packets);
    assert.equal(complaints, '');
    assert.ok(timesOf(packets, 'video').length > 25);
    assert.ok(server.logs.some(({ msg, reason, stream }) => msg === 'viewer left' && stream === 'back' && reason === 'publisher-gone'));
  });

  test('a second publisher takes over while the first still sends; the viewer sees one stream', async () => {
    const first = push('over');
    const { whole } = save('over');
    await until('a viewer', () => server.live.hub.viewers === 1);
    await more('over');
    const second = push('over');
    await once(first, 'exit');
    await more('over');
    second.kill('SIGKILL');
    const { packets, complaints } = await whole;
    assertContinuous(packets);
    assert.equal(complaints, '');
    assert.ok(server.logs.some(({ msg, reason }) => msg === 'publisher left' && reason === 'taken-over'));
  });

  test('a killed viewer stops counting at once, and one that is stopped is no harm to others', async () => {
    push('kill');
    await until('publishing', () => server.live.hub.isPublishing('kill'));
    const viewers = [1, 2].map(() => start('ffmpeg', ['-v', 'error', '-i', flv('kill'), '-f', 'null', '-']));
    await until('two viewers', () => server.live.hub.viewers === 2);
    await more('kill');
    viewers[0]?.kill('SIGSTOP');
    viewers[1]?.kill('SIGKILL');
    await until('one viewer', () => server.live.hub.viewers === 1);
    assert.equal(await decode(flv('kill'), 2), '');
    viewers[0]?.kill('SIGKILL');
    await until('none', () => server.live.hub.viewers === 0);
    assert.equal(server.live.hub.isPublishing('kill'), true);
  });

  test('ffmpeg with a bad token ends with an error and never becomes a stream', async () => {
    const url = server.rtmp('closed', 'publish', server.token('other', 'publish'));
    await assert.rejects(run('ffmpeg', pushArgs(clip, url), { timeout: 20_000 }), /Error|error|failed/);
    assert.equal(server.live.hub.streams.has('closed'), false);
    assert.ok(server.logs.some(({ msg, reason, stream }) => msg === 'publisher refused' && stream === 'closed' && reason === 'token wrong'));
    await assert.rejects(decode(server.rtmp('closed', 'play', 'x'), 1));
  });

  test('rtmpdump saves a stream that decodes without a complaint', { skip: hasRtmpdump ? false : 'rtmpdump is not installed' }, async () => {
    push('dump');
    await until('publishing', () => server.live.hub.isPublishing('dump'));
    const path = join(workDir, 'dump.flv');
    const url = new URL(server.rtmp('dump', 'play'));
    const playpath = `dump${url.search}`;
    const dump = start('rtmpdump', ['-q', '-v', '-r', `rtmp://${url.host}/live`, '-y', playpath, '-o', path]);
    await until('a viewer', () => server.live.hub.viewers === 1);
    await more('dump', 200_000);
    dump.kill('SIGINT');
    await once(dump, 'exit');
    const { packets } = await probe(path, 60);
    assert.ok(timesOf(packets, 'video').length > 25);
    assert.equal(await decode(path, 60), '');
  });
});
