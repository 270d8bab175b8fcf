// Our RTMP client against nginx with its RTMP module: publishes to it, plays from it; ffmpeg plays what we published.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { connectPatiently, ffmpeg, finished, flvOf, freePort, hasProgram, playTags, probe, publishTags, tagsOf, testFlv } from './rtmp-shell.ts';

const module = '/usr/lib/nginx/modules/ngx_rtmp_module.so';
const isHere = existsSync(module) && hasProgram('nginx') && hasProgram('ffmpeg') && hasProgram('ffprobe');

describe('RTMP with nginx', { skip: isHere ? false : 'nginx with its RTMP module is not installed', timeout: 60_000 }, () => {
  let folder = '';
  let port = 0;
  let nginx: ChildProcess;
  let callbacks: Server;

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'lubo-nginx-'));
    port = await freePort();
    // nginx asks here before it lets anyone play: so a test knows that its player is there.
    callbacks = createServer((_, response) => void response.end()).listen(0, '127.0.0.1');
    await once(callbacks, 'listening');
    await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, (callbacks.address() as AddressInfo).port));
    nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' });
    (await connectPatiently(port)).destroy();
  });

  after(async () => {
    const ended = once(nginx, 'close');
    nginx.kill();
    await ended;
    callbacks.close();
    await rm(folder, { recursive: true });
  });

  it('takes what we publish, and ffmpeg and we get every packet of it', async () => {
    const flv = await testFlv();
    const url = `rtmp://127.0.0.1:${port}/live/room1`;
    const playing = requests(callbacks, 2);
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

function requests(server: Server, count: number): Promise<void> {
  return new Promise((resolve) => {
    let seen = 0;
    server.on('request', () => {
      if (++seen === count) resolve();
    });
  });
}

function configuration(folder: string, port: number, callbackPort: number): string {
  return `
daemon off;
worker_processes 1;
load_module ${module};
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
events { worker_connections 64; }
rtmp {
  server {
    listen 127.0.0.1:${port};
    application live {
      live on;
      idle_streams on;
      publish_notify on;
      on_play http://127.0.0.1:${callbackPort}/play;
    }
  }
}
`;
}
