// The code by which the live server and the gather of this machine enrol with the site by themselves.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** The code kept in the data folder, made at the first start; the folder is there already; readable by its owner only. */
export function localCode(dataDir: string): string {
  const path = join(dataDir, 'local-code');
  if (existsSync(path)) {
    const kept = readFileSync(path, 'utf8').trim();
    if (kept.length >= 16) return kept;
  }
  const code = randomBytes(24).toString('base64url');
  writeFileSync(path, `${code}\n`, { mode: 0o600 });
  return code;
}
