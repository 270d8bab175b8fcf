// The servers that are compared, each started on one core with its own plainest settings for live streams.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { signStreamToken } from '@lubo/contract/stream-token';
import { freePorts } from '../../test/free-ports.ts';
import { cleanEnv, root } from '../../test/e2e/installation.ts';

export type Server = {
  name: string;
  /** How its viewers ask, and for what. */
  play: { protocol: 'http' | 'rtmp'; port: number; path: string };
  /** Absent: what it hands out comes from nobody. */
  publishUrl?: string;
  /** The same for another stream, where there are several. */
  streamUrls(name: string): { path: string; publishUrl: string };
  /** Processor seconds used so far by all its processes. */
  cpuSeconds(): number;
  /** Resident memory of all its processes. */
  megabytes(): number;
  stop(): Promise<void>;
};

const serverCore = '0';
/** Several workers have the viewers' core too: there are but two. */
const allCores = '0,1';
const ticksPerSecond = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** What the system says of a server's processes: the one that was started and its children. */
function measures(child: ChildProcess): Pick<Server, 'cpuSeconds' | 'megabytes'> {
  const sum = (read: (pid: number) => number): number => withChildren(child.pid ?? 0).reduce((total, pid) => total + read(pid), 0);
  return { cpuSeconds: () => sum(cpuOf), megabytes: () => sum(megabytesOf) };
}

function withChildren(pid: number): number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'latin1').split(' ').filter((word) => word !== '');
  return [pid, ...children.map(Number)];
}

function cpuOf(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').replace(/.*\) /, '').split(' ');
  return (Number(fields[11]) + Number(fields[12])) / ticksPerSecond;
}

function megabytesOf(pid: number): number {
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;
}

async function listening(port: number): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true)).on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isOpen) return;
    await sleep(100);
  }
  throw new Error(`nothing listens on port ${port}`);
}

function pinned(command: string, args: string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}, cores = serverCore): ChildProcess {
  return spawn('taskset', ['-c', cores, command, ...args], { stdio: ['ignore', 'ignore', 'inherit'], env: cleanEnv(), ...options });
}

async function end(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => void child.once('close', resolve));
  child.kill('SIGTERM');
  const kill = setTimeout(() => child.kill('SIGKILL'), 5000);
  await gone;
  clearTimeout(kill);
}

let filled: Promise<void> | undefined;

/** The first start compiles everything and keeps 25 MB of that for good; `npm start` has seen to it that there is no such start. */
function fillCache(): Promise<void> {
  filled ??= startLuboNow().then(({ stop }) => stop());
  return filled;
}

/** Our live server as it runs in a school; `workers` processes. */
export async function startLubo(workers = 1): Promise<Server> {
  await fillCache();
  return startLuboNow(workers);
}

/** Our live server alone: its token key comes from the state that it kept from its site. */
async function startLuboNow(workers = 1): Promise<Server> {
  const [httpPort = 0, rtmpPort = 0, sitePort = 0] = await freePorts(3);
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-bench-'));
  const key = '42'.repeat(32);
  mkdirSync(join(dataDir, 'live'));
  writeFileSync(join(dataDir, 'live', 'agent.json'), JSON.stringify({ id: 'benchbench00', key: 'x'.repeat(43) }));
  writeFileSync(join(dataDir, 'live', 'state.json'), JSON.stringify({ revision: 1, resources: { settings: { tokenKeys: [key] } } }));
  const env = {
    ...cleanEnv(),
    LUBO_DATA_DIR: dataDir,
    LUBO_LIVE_HTTP_PORT: String(httpPort),
    LUBO_LIVE_RTMP_PORT: String(rtmpPort),
    LUBO_SITE_PORT: String(sitePort),
    LUBO_LOG_LEVEL: 'fatal',
    LUBO_LIVE_WORKERS: String(workers),
    // As `npm start` has them.
    MALLOC_ARENA_MAX: '2',
    NODE_COMPILE_CACHE: join(tmpdir(), 'lubo-bench-cache'),
  };
  // The flag is the supervisor's too.
  const child = pinned(process.execPath, ['--max-semi-space-size=2', join(root, 'packages/live/src/main.ts')], { cwd: dataDir, env }, workers > 1 ? allCores : serverCore);
  await listening(httpPort);
  await listening(rtmpPort);
  const until = Date.now() / 1000 + 3600;
  const streamUrls: Server['streamUrls'] = (stream) => ({
    path: `/live/${stream}.flv?token=${signStreamToken(key, stream, 'play', until)}`,
    publishUrl: `rtmp://127.0.0.1:${rtmpPort}/live/${stream}?token=${signStreamToken(key, stream, 'publish', until)}`,
  });
  const { path, publishUrl } = streamUrls('benchstream0');
  return {
    name: workers > 1 ? `lubo-${workers}` : 'lubo',
    play: { protocol: 'http', port: httpPort, path },
    publishUrl,
    streamUrls,
    ...measures(child),
    stop: () => end(child),
  };
}

/**
 * No live server at all: floor.c writes the bytes of three frames to each viewer every 120 ms. What it costs is the system's
 * work alone, on this machine in this minute.
 */
export async function startFloor(): Promise<Server> {
  const [port = 0] = await freePorts(1);
  const program = join(mkdtempSync(join(tmpdir(), 'floor-bench-')), 'floor');
  execFileSync('cc', ['-O2', '-o', program, join(root, 'bench/live/floor.c')], { stdio: 'inherit' });
  const child = pinned(program, [String(port), '120', '126000']);
  await listening(port);
  return {
    name: 'floor',
    play: { protocol: 'http', port, path: '/' },
    streamUrls: () => {
      throw new Error('bare writes have no streams');
    },
    ...measures(child),
    stop: () => end(child),
  };
}

/** node-media-server from npm. */
export async function startNodeMediaServer(): Promise<Server> {
  const [httpPort = 0, rtmpPort = 0] = await freePorts(2);
  const folder = mkdtempSync(join(tmpdir(), 'nms-bench-'));
  const program = join(folder, 'main.mjs');
  const config = { bind: '127.0.0.1', rtmp: { port: rtmpPort }, http: { port: httpPort }, auth: { play: false, publish: false } };
  writeFileSync(
    program,
    `import { createRequire } from 'node:module';
const NodeMediaServer = createRequire(${JSON.stringify(join(root, 'package.json'))})('node-media-server');
console.log = () => {};
new NodeMediaServer(${JSON.stringify(config)}).run();`,
  );
  const child = pinned(process.execPath, [program], { cwd: folder });
  await listening(httpPort);
  await listening(rtmpPort);
  return {
    name: 'node-media-server',
    play: { protocol: 'http', port: httpPort, path: '/live/bench.flv' },
    publishUrl: `rtmp://127.0.0.1:${rtmpPort}/live/bench`,
    streamUrls: (name) => ({ path: `/live/${name}`, publishUrl: `rtmp://127.0.0.1:${rtmpPort}/live/${name}` }),
    ...measures(child),
    stop: () => end(child),
  };
}

/** Debian's nginx with its RTMP module; it has no HTTP-FLV, so its viewers play RTMP. */
export async function startNginx(): Promise<Server> {
  const [rtmpPort = 0] = await freePorts(1);
  const folder = mkdtempSync(join(tmpdir(), 'nginx-bench-'));
  writeFileSync(
    join(folder, 'nginx.conf'),
    `load_module /usr/lib/nginx/modules/ngx_rtmp_module.so;
daemon off; master_process off; user root; worker_processes 1; pid ${folder}/pid; error_log ${folder}/error.log error;
worker_rlimit_nofile 20000;
events { worker_connections 20000; }
rtmp { server { listen 127.0.0.1:${rtmpPort}; chunk_size 60000; access_log off; application live { live on; } } }`,
  );
  const child = pinned('/usr/sbin/nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')]);
  await listening(rtmpPort);
  return {
    name: 'nginx-rtmp',
    play: { protocol: 'rtmp', port: rtmpPort, path: '/live/bench' },
    publishUrl: `rtmp://127.0.0.1:${rtmpPort}/live/bench`,
    streamUrls: (name) => ({ path: `/live/${name}`, publishUrl: `rtmp://127.0.0.1:${rtmpPort}/live/${name}` }),
    ...measures(child),
    stop: () => end(child),
  };
}
