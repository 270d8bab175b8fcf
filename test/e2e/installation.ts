// A whole Lubo of its own for one test: free ports, a data folder in the temporary folder, ended with everything in it.
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import type { Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import type { GatherChannelReport } from '@lubo/contract';
import { freePorts } from '../free-ports.ts';

export const root = dirname(dirname(dirname(fileURLToPath(import.meta.url))));

export type PartName = 'site' | 'live' | 'gather';

/** The environment without settings of whoever runs the tests. */
export function cleanEnv(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('LUBO_') && !name.startsWith('NODE_TEST')));
}

export type Installation = {
  siteUrl: string;
  liveUrl: string;
  rtmpUrl: string;
  consoleUrl: string;
  dataDir: string;
  /** All that the start has printed so far. */
  output(): string;
  /** Process ids of the parts that run now. */
  pids(): Map<PartName, number>;
  supervisor: ChildProcess;
  /** Ends everything; resolves with the exit code of the start. */
  stop(): Promise<number | null>;
};

export type InstallOptions = { args?: string[]; env?: Record<string, string>; dataDir?: string; ports?: number[] };

/** The settings of one installation as environment variables. */
export async function settingsFor({ dataDir, ports, env = {} }: InstallOptions = {}): Promise<Record<string, string>> {
  const [site, http, rtmp, console, rtmps] = ports ?? (await freePorts(5));
  return {
    LUBO_DATA_DIR: dataDir ?? mkdtempSync(join(tmpdir(), 'lubo-e2e-')),
    LUBO_SITE_PORT: String(site),
    LUBO_LIVE_HTTP_PORT: String(http),
    LUBO_LIVE_RTMP_PORT: String(rtmp),
    LUBO_GATHER_CONSOLE_PORT: String(console),
    ...(rtmps === undefined ? {} : { LUBO_LIVE_RTMPS_PORT: String(rtmps) }),
    ...env,
  };
}

/** Starts it and waits for the printed addresses; a start that ends instead is an error with its output. */
export async function install(options: InstallOptions = {}): Promise<Installation> {
  const settings = await settingsFor(options);
  const dataDir = settings['LUBO_DATA_DIR'] ?? '';
  const supervisor = spawn(process.execPath, [join(root, 'packages/supervisor/src/main.ts'), ...(options.args ?? [])], {
    cwd: tmpdir(),
    env: { ...cleanEnv(), ...settings },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let text = '';
  const ended = new Promise<number | null>((resolve) => void supervisor.once('close', resolve));
  await new Promise<void>((resolve, reject) => {
    const take = (chunk: Buffer): void => {
      text += chunk.toString();
      if (text.includes('Ctrl-C')) resolve();
    };
    supervisor.stdout.on('data', take);
    supervisor.stderr.on('data', take);
    void ended.then((code) => reject(new Error(`the start ended with ${code}:\n${text}`)));
  });
  // A test that fails half-way leaves nothing behind: the installation keeps no test process alive and ends with it.
  supervisor.unref();
  for (const pipe of [supervisor.stdout, supervisor.stderr]) (pipe as Socket).unref();
  process.once('exit', () => supervisor.kill('SIGKILL'));
  return {
    siteUrl: `${schemeOf(settings['LUBO_SITE_TLS_CERT_FILE'])}://127.0.0.1:${settings['LUBO_SITE_PORT']}`,
    liveUrl: `${schemeOf(settings['LUBO_LIVE_TLS_CERT_FILE'])}://127.0.0.1:${settings['LUBO_LIVE_HTTP_PORT']}`,
    rtmpUrl: `rtmp://127.0.0.1:${settings['LUBO_LIVE_RTMP_PORT']}`,
    consoleUrl: `http://127.0.0.1:${settings['LUBO_GATHER_CONSOLE_PORT']}`,
    dataDir,
    output: () => text,
    pids: () => partsOf(supervisor.pid ?? 0),
    supervisor,
    async stop() {
      supervisor.ref();
      supervisor.kill('SIGTERM');
      const code = await ended;
      if (options.dataDir === undefined) rmSync(dataDir, { recursive: true, force: true });
      return code;
    },
  };
}

function schemeOf(certFile: string | undefined): string {
  return certFile === undefined ? 'http' : 'https';
}

/** The supervisor's children by part, read from /proc: these tests run on Linux. */
function partsOf(parent: number): Map<PartName, number> {
  const found = new Map<PartName, number>();
  for (const entry of readdirSync('/proc')) {
    if (!/^\d+$/.test(entry)) continue;
    try {
      const [, parentOf] = /\) \S (\d+)/.exec(readFileSync(`/proc/${entry}/stat`, 'latin1')) ?? [];
      const [, part] = /packages\/(site|live|gather)\/src\/main\.ts/.exec(readFileSync(`/proc/${entry}/cmdline`, 'latin1')) ?? [];
      if (Number(parentOf) === parent && part !== undefined) found.set(part as PartName, Number(entry));
    } catch {
      // The process ended between the listing and the look.
    }
  }
  return found;
}

/** Looks again until `look` gives something; fails with `what` after `seconds`. */
export async function eventually<T>(what: string, seconds: number, look: () => Promise<T | undefined | false> | T | undefined | false): Promise<T> {
  const end = performance.now() + seconds * 1000;
  let last: unknown;
  for (;;) {
    try {
      const value = await look();
      if (value !== undefined && value !== false) return value;
    } catch (error) {
      last = error;
    }
    if (performance.now() > end) throw new Error(`not within ${seconds} s: ${what}`, { cause: last });
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

/** GET as JSON; throws for any status but 200. */
export async function getJson<T>(url: string): Promise<T> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`${response.status} from ${url}`);
  return (await response.json()) as T;
}

/** How many channels the gather pushes, as its own console says. */
export async function pushesOf(lubo: Installation): Promise<number> {
  const { rows } = await getJson<{ rows: { report: GatherChannelReport }[] }>(`${lubo.consoleUrl}/api/channels`);
  return rows.filter(({ report }) => report.isPushing).length;
}
