// What must be so before anything is started: free ports, certificates that can be served, a data folder that can be written.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { type Config, StartError, listenFault, openTls, trustAuthorities } from '@lubo/config';

type WantedPort = { part: string; host: string; port: number; variable: string };

/** Every port that the parts of this machine listen on. */
export function wantedPorts(config: Config): WantedPort[] {
  return [
    { part: 'site', host: config.site.host, port: config.site.port, variable: 'LUBO_SITE_PORT' },
    { part: 'live server (HTTP)', host: config.live.host, port: config.live.httpPort, variable: 'LUBO_LIVE_HTTP_PORT' },
    { part: 'live server (RTMP)', host: config.live.host, port: config.live.rtmpPort, variable: 'LUBO_LIVE_RTMP_PORT' },
    ...(config.live.tls.certFile === undefined
      ? []
      : [{ part: 'live server (RTMPS)', host: config.live.host, port: config.live.rtmpsPort, variable: 'LUBO_LIVE_RTMPS_PORT' }]),
    { part: 'gather', host: config.gather.consoleHost, port: config.gather.consolePort, variable: 'LUBO_GATHER_CONSOLE_PORT' },
  ];
}

/** Throws StartError with a line for each port that can't be listened on. */
export async function checkPorts(config: Config): Promise<void> {
  const faults: string[] = [];
  const seen = new Map<number, WantedPort>();
  for (const wanted of wantedPorts(config)) {
    const other = seen.get(wanted.port);
    if (other !== undefined) {
      faults.push(`${wanted.part} and ${other.part} both want port ${wanted.port}: change ${wanted.variable} or ${other.variable}`);
      continue;
    }
    seen.set(wanted.port, wanted);
    const fault = await tryPort(wanted);
    if (fault !== undefined) faults.push(`${wanted.part}: ${fault}`);
  }
  if (faults.length > 0) throw new StartError(faults.join('\n'));
}

function tryPort({ host, port, variable }: WantedPort): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error) => resolve((listenFault(error, port, variable) as Error).message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Throws StartError with a line for each certificate that can't be served or trusted. */
export function checkCertificates({ site, live, caFile }: Config): void {
  const silent = { info() {}, warn() {} };
  const faults: string[] = [];
  const attempt = (check: () => void): void => {
    try {
      check();
    } catch (error) {
      if (!(error instanceof StartError)) throw error;
      faults.push(error.message);
    }
  };
  attempt(() => openTls(site.tls, 'site.tls', silent)?.close());
  attempt(() => openTls(live.tls, 'live.tls', silent)?.close());
  if (caFile !== undefined) attempt(() => trustAuthorities(caFile));
  if (faults.length > 0) throw new StartError(faults.join('\n'));
}

/** Makes the data folder if it is not there. Throws StartError when it can't be made or written. */
export function checkFolder(dataDir: string): void {
  try {
    makeFolder(dataDir);
    // Rights tell little of read-only and full disks: only a written file does.
    const probe = join(dataDir, `.write-test-${process.pid}`);
    writeFileSync(probe, 'x');
    rmSync(probe);
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code ?? String(cause);
    throw new StartError(`the data folder ${dataDir} can't be written (${reason}): give this user the right, or choose another with LUBO_DATA_DIR`, { cause });
  }
}

/** Folder by folder: Node's own `recursive` never returns where the system answers ENOENT below a folder that is there (/proc). */
function makeFolder(path: string): void {
  if (existsSync(path)) return;
  makeFolder(dirname(path));
  mkdirSync(path);
}
