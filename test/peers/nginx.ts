// nginx with its RTMP module as a second RTMP server: a process and a folder of its own on a free port.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '../free-ports.ts';
import { connectPatiently, hasProgram } from './rtmp-shell.ts';

const module = '/usr/lib/nginx/modules/ngx_rtmp_module.so';

/** The reason why these tests can't run here, or false. */
export const noNginx: string | false =
  existsSync(module) && hasProgram('nginx') && hasProgram('ffmpeg') && hasProgram('ffprobe') ? false : 'nginx with its RTMP module is not installed';

export type Nginx = {
  port: number;
  /** Removed at the end; for the test's own files too. */
  folder: string;
  /** Resolves when so many players have asked to play from now on: what is published then misses none of them. */
  players(count: number): Promise<void>;
  stop(): Promise<void>;
};

/** Starts it and waits until it listens. */
export async function startNginx(): Promise<Nginx> {
  const folder = await mkdtemp(join(tmpdir(), 'lubo-nginx-'));
  const [port = 0] = await freePorts(1);
  // nginx asks here before it lets anyone play.
  const callbacks = createServer((_, response) => void response.end()).listen(0, '127.0.0.1');
  await once(callbacks, 'listening');
  await writeFile(join(folder, 'nginx.conf'), configuration(folder, port, (callbacks.address() as AddressInfo).port));
  const nginx = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf'), '-e', join(folder, 'error.log')], { stdio: 'ignore' });
  (await connectPatiently(port)).destroy();
  return { port, folder, players: (count) => requests(callbacks, count), stop: () => stop(nginx, callbacks, folder) };
}

async function stop(nginx: ChildProcess, callbacks: Server, folder: string): Promise<void> {
  const ended = once(nginx, 'close');
  nginx.kill();
  await ended;
  callbacks.close();
  await rm(folder, { recursive: true });
}

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
