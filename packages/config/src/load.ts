// The settings of this process: `lubo.yaml` beside where it was started (or `LUBO_CONFIG`) and its environment.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { ConfigError, readConfig } from './read.ts';
import type { Config, TlsConfig } from './schema.ts';

/** Reads settings; folders and files come out absolute. Throws ConfigError. */
export function loadConfig(env: Record<string, string | undefined>, cwd: string): Config {
  const named = env['LUBO_CONFIG'];
  const fileName = named ?? 'lubo.yaml';
  const text = readIfThere(resolve(cwd, fileName), named !== undefined);
  const config = readConfig({ fileName, text, env });
  return resolved(config, cwd);
}

/** Relative paths start where the part was started, wherever the settings file lies. */
function resolved(config: Config, cwd: string): Config {
  const file = (path: string | undefined): string | undefined => (path === undefined ? undefined : resolve(cwd, path));
  const tls = ({ certFile, keyFile }: TlsConfig): TlsConfig => ({ certFile: file(certFile), keyFile: file(keyFile) });
  return {
    ...config,
    dataDir: resolve(cwd, config.dataDir),
    caFile: file(config.caFile),
    demoClip: file(config.demoClip),
    site: { ...config.site, tls: tls(config.site.tls) },
    live: { ...config.live, tls: tls(config.live.tls) },
  };
}

function readIfThere(path: string, isWanted: boolean): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (!isWanted && (cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ConfigError([`${path}: can't be read: ${(cause as Error).message}`]);
  }
}
