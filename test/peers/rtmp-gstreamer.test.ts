// Our RTMP server session against GStreamer: rtmp2sink and rtmp2src (its own), rtmpsink (librtmp).

import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { describe, it } from 'node:test';
import { finished, flvOf, probe, serveRtmp, tagsOf, testFlv } from './rtmp-shell.ts';

function hasElements(...names: string[]): boolean {
  return names.every((name) => spawnSync('gst-inspect-1.0', ['--exists', name], { stdio: 'ignore' }).status === 0);
}

const isHere = hasElements('rtmp2sink', 'rtmp2src', 'rtmpsink', 'x264enc', 'avenc_aac', 'flvmux', 'fdsink');

describe('RTMP with GStreamer', { skip: isHere ? false : 'GStreamer with its RTMP elements is not installed', timeout: 60_000 }, () => {
  for (const sink of ['rtmp2sink', 'rtmpsink']) {
    it(`takes what ${sink} publishes, and the FLV written from it is clean`, async () => {
      const server = await serveRtmp();
      const publisher = await finished(gstreamer(
        'videotestsrc num-buffers=50 ! video/x-raw,width=128,height=96,framerate=25/1 ! x264enc key-int-max=25 ! h264parse ! mux.',
        'audiotestsrc num-buffers=80 ! avenc_aac ! mux.',
        `flvmux name=mux streamable=true ! ${sink} location=rtmp://127.0.0.1:${server.port}/live/room1`,
      ));
      const tags = await server.published;
      server.close();
      assert.equal(publisher.code, 0, publisher.errors);
      assert.deepEqual(server.events.filter(({ type }) => type === 'publish' || type === 'close').map(({ type }) => type), ['publish', 'close']);
      const result = await probe(flvOf(tags));
      assert.equal(result.errors, '');
      assert.equal(result.frames.video.length, 50);
      assert.ok(result.frames.audio.length >= 80, `${result.frames.audio.length} frames of sound`);
    });
  }

  it('plays to rtmp2src, which gets every packet with its time', async () => {
    const flv = await testFlv();
    const server = await serveRtmp({ tags: tagsOf(flv) });
    const player = await finished(gstreamer(`rtmp2src location=rtmp://127.0.0.1:${server.port}/live/room1 ! fdsink fd=1`));
    server.close();
    assert.equal(player.code, 0, player.errors);
    const result = await probe(player.output);
    assert.equal(result.errors, '');
    const expected = (await probe(flv)).frames;
    for (const kind of ['video', 'audio'] as const) {
      const got = result.frames[kind];
      // rtmp2src 1.22 loses the message that it holds when the connection closes, though it logs it as received.
      assert.ok(got.length >= expected[kind].length - 1, `${got.length} packets of ${kind}`);
      assert.deepEqual(got, expected[kind].slice(0, got.length));
    }
  });
});

function gstreamer(...pipeline: string[]): ChildProcess {
  return spawn('gst-launch-1.0', ['-q', '-e', ...pipeline.join(' ').split(' ')], { stdio: ['ignore', 'pipe', 'pipe'] });
}
