// Our RTMP sessions against ffmpeg as publisher, player and server.

import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readMetadata } from '@lubo/media';
import { freePorts } from '../free-ports.ts';
import {
  ffmpeg, finished, flvOf, hasProgram, playTags, probe, publishTags, serveRtmp, tagsOf, testFlv, testSource,
} from './rtmp-shell.ts';

const skip = hasProgram('ffmpeg') && hasProgram('ffprobe') ? false : 'ffmpeg is not installed';

describe('RTMP with ffmpeg', { skip, timeout: 60_000 }, () => {
  it('takes what ffmpeg publishes, and the FLV written from it is clean', async () => {
    const server = await serveRtmp();
    const publisher = await finished(ffmpeg([...testSource, '-f', 'flv', `rtmp://127.0.0.1:${server.port}/live/room1?token=abc`]));
    const tags = await server.published;
    server.close();
    assert.deepEqual({ code: publisher.code, errors: publisher.errors }, { code: 0, errors: '' });
    const publish = server.events.find((event) => event.type === 'publish');
    assert.equal(publish?.app, 'live');
    assert.equal(publish.name, 'room1');
    assert.equal(publish.query.get('token'), 'abc');
    const script = tags.find(({ type }) => type === 'script');
    assert.equal(readMetadata(script?.body ?? new Uint8Array(0))?.width, 128);
    const result = await probe(flvOf(tags));
    const expected = await probe(await testFlv());
    assert.equal(result.errors, '');
    assert.deepEqual(result.frames, expected.frames);
    assert.equal(result.frames.video.length, 50);
  });

  it('plays to ffmpeg, which gets every packet with its time', async () => {
    const flv = await testFlv();
    const server = await serveRtmp({ tags: tagsOf(flv) });
    const player = await finished(ffmpeg(['-i', `rtmp://127.0.0.1:${server.port}/live/room1`, '-c', 'copy', '-copyts', '-f', 'flv', 'pipe:1'], 'pipe'));
    server.close();
    assert.equal(player.code, 0, player.errors);
    const result = await probe(player.output);
    assert.equal(result.errors, '');
    assert.deepEqual(result.frames, (await probe(flv)).frames);
  });

  it('refuses an ffmpeg that may not publish', async () => {
    const server = await serveRtmp({ refusal: 'Stream name is in use' });
    const publisher = await finished(ffmpeg([...testSource, '-f', 'flv', `rtmp://127.0.0.1:${server.port}/live/room1`]));
    server.close();
    assert.notEqual(publisher.code, 0);
    assert.match(publisher.errors, /Stream name is in use/);
  });

  it('publishes to a listening ffmpeg, which stores every packet', async () => {
    const flv = await testFlv();
    const url = `rtmp://127.0.0.1:${(await freePorts(1))[0]}/live/room1`;
    const listener = finished(ffmpeg(['-listen', '1', '-i', url, '-c', 'copy', '-copyts', '-f', 'flv', 'pipe:1'], 'pipe'));
    const events = await publishTags(url, tagsOf(flv));
    const stored = await listener;
    assert.deepEqual(events.map(({ type }) => type), ['ready']);
    assert.equal(stored.code, 0, stored.errors);
    const result = await probe(stored.output);
    assert.equal(result.errors, '');
    assert.deepEqual(result.frames, (await probe(flv)).frames);
  });

  it('plays from a listening ffmpeg', async () => {
    const url = `rtmp://127.0.0.1:${(await freePorts(1))[0]}/live/room1`;
    const sender = finished(ffmpeg([...testSource, '-f', 'flv', '-listen', '1', url]));
    const events = await playTags(url);
    await sender;
    assert.equal(events[0]?.type, 'ready');
    const tags = events.flatMap((event) => (event.type === 'audio' || event.type === 'video' || event.type === 'script' ? [event] : []));
    const result = await probe(flvOf(tags));
    assert.equal(result.errors, '');
    assert.equal(result.frames.video.length, 50);
  });
});
