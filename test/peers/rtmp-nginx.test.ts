// Our RTMP client against nginx with its RTMP module: publishes to it, plays from it; ffmpeg plays what we published.

import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type Nginx, noNginx, startNginx } from './nginx.ts';
import { ffmpeg, finished, flvOf, playTags, probe, publishTags, tagsOf, testFlv } from './rtmp-shell.ts';

describe('RTMP with nginx', { skip: noNginx, timeout: 60_000 }, () => {
  let nginx: Nginx;
  before(async () => {
    nginx = await startNginx();
  });
  after(() => nginx.stop());

  it('takes what we publish, and ffmpeg and we get every packet of it', async () => {
    const flv = await testFlv();
    const url = `rtmp://127.0.0.1:${nginx.port}/live/room1`;
    const playing = nginx.players(2);
    const ours = playTags(url);
    const theirs = finished(ffmpeg(['-i', url, '-c', 'copy', '-copyts', '-f', 'flv', 'pipe:1'], 'pipe'));
    await playing;
    const publishing = await publishTags(url, tagsOf(flv), 10);
    assert.deepEqual(publishing, [{ type: 'ready' }]);
    const expected = (await probe(flv)).frames;
    const stored = await theirs;
    const result = await probe(stored.output);
    assert.equal(result.errors, '');
    assert.deepEqual(result.frames, expected);
    const events = await ours;
    const tags = events.flatMap((event) => (event.type === 'audio' || event.type === 'video' || event.type === 'script' ? [event] : []));
    assert.equal(events[0]?.type, 'ready');
    assert.deepEqual((await probe(flvOf(tags))).frames, expected);
  });
});
