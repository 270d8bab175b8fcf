// nginx or Caddy in front of an installation, with the configuration that a guide shows: the very text, but for ports and files.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually, root } from './installation.ts';

/** The reason why nginx can't run here, or false. */
export const noNginx: string | false = spawnSync('nginx', ['-v']).status === 0 ? false : 'no nginx on this machine';

/** The reason why Caddy can't run here, or false. */
export const noCaddy: string | false = spawnSync('caddy', ['version']).status === 0 ? false : 'no caddy on this machine';

export type ProxyPlan = {
  /** Text of the guide's block. */
  example: string;
  /** In the order of the block's HTTPS servers. */
  httpsPorts: readonly number[];
  plainPort: number;
  sitePort: number;
  livePort: number;
  certFile: string;
  keyFile: string;
};

/** The blocks of one language in a guide, in their order. */
export function examplesIn(guide: string, language: string): string[] {
  const text = readFileSync(join(root, 'docs', 'guide', guide), 'utf8');
  return [...text.matchAll(new RegExp(`^\`\`\`${language}\\n([^]*?)^\`\`\``, 'gm'))].map(([, block]) => block ?? '');
}

/** Starts it in a folder of its own and waits until it listens. */
export async function startNginx(plan: ProxyPlan): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-nginx-'));
  const file = join(folder, 'nginx.conf');
  writeFileSync(file, whole(folder, fitted(plan)));
  const nginx = spawn('nginx', ['-p', folder, '-c', file, '-e', join(folder, 'error.log')], { stdio: 'ignore' });
  process.once('exit', () => nginx.kill('SIGKILL'));
  try {
    for (const port of plan.httpsPorts) await eventually(`nginx listens on ${port}`, 10, () => isOpen(port));
  } catch (error) {
    nginx.kill('SIGKILL');
    throw new Error(readFileSync(join(folder, 'error.log'), 'utf8'), { cause: error });
  }
  return {
    async stop() {
      const ended = once(nginx, 'close');
      nginx.kill('SIGTERM');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

/** The same with Caddy, whose own certificates are replaced by the plan's. */
export async function startCaddy({ example, httpsPorts, sitePort, livePort, certFile, keyFile }: ProxyPlan): Promise<{ stop(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-caddy-'));
  const ports = [...httpsPorts];
  const sites = example
    .replace(/^\S+\.school\.example \{$/gm, () => `https://127.0.0.1:${ports.shift()} {\n\tbind 127.0.0.1\n\ttls ${certFile} ${keyFile}`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${sitePort}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${livePort}`);
  const file = join(folder, 'Caddyfile');
  // No administration port, no redirects from port 80, nothing over UDP.
  writeFileSync(file, `{\n\tadmin off\n\tauto_https disable_redirects\n\tdefault_sni 127.0.0.1\n\tservers {\n\t\tprotocols h1 h2\n\t}\n}\n${sites}`);
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const caddy = spawn('caddy', ['run', '--config', file, '--adapter', 'caddyfile'], { env, stdio: ['ignore', 'ignore', 'pipe'] });
  process.once('exit', () => caddy.kill('SIGKILL'));
  let said = '';
  caddy.stderr.on('data', (chunk: Buffer) => (said = (said + chunk.toString()).slice(-10_000)));
  try {
    for (const port of httpsPorts) await eventually(`Caddy listens on ${port}`, 10, () => isOpen(port));
  } catch (error) {
    caddy.kill('SIGKILL');
    throw new Error(said, { cause: error });
  }
  return {
    async stop() {
      const ended = once(caddy, 'close');
      caddy.kill('SIGKILL');
      await ended;
      rmSync(folder, { recursive: true });
    },
  };
}

function fitted({ example, httpsPorts, plainPort, sitePort, livePort, certFile, keyFile }: ProxyPlan): string {
  const ports = [...httpsPorts];
  return example
    .replace(/listen 443/g, () => `listen 127.0.0.1:${ports.shift()}`)
    .replace(/listen 80;/g, `listen 127.0.0.1:${plainPort};`)
    .replaceAll('127.0.0.1:8000', `127.0.0.1:${sitePort}`)
    .replaceAll('127.0.0.1:8080', `127.0.0.1:${livePort}`)
    .replace(/\S+fullchain\.pem/g, certFile)
    .replace(/\S+privkey\.pem/g, keyFile);
}

function whole(folder: string, http: string): string {
  const kinds = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
error_log ${folder}/error.log;
pid ${folder}/nginx.pid;
events { worker_connections 256; }
http {
access_log off;
${kinds.map((kind) => `${kind}_temp_path ${folder}/${kind};`).join('\n')}
${http}
}
`;
}

function isOpen(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    }).on('error', () => resolve(false));
  });
}
