// Certificate and key of a part that listens with TLS: read and checked at the start, taken up anew when their files change.
import { X509Certificate, createPrivateKey } from 'node:crypto';
import { type FSWatcher, readFileSync, watch } from 'node:fs';
import { basename, dirname } from 'node:path';
import { createSecureContext } from 'node:tls';
import type { TlsConfig } from './schema.ts';
import { StartError } from './start-error.ts';

/** Certificate chain and private key, PEM, that belong together. */
export type TlsPair = { cert: Buffer; key: Buffer };

/** The part of a logger that is needed here. */
export type TlsLog = { info(facts: object, message: string): void; warn(facts: object, message: string): void };

/** A TLS or HTTPS server of Node. */
export type SecureServer = { setSecureContext(pair: TlsPair): void };

/** The pair in use. Servers that listen with `pair` and are given to `keep` get each later one. */
export type Tls = { readonly pair: TlsPair; keep(server: SecureServer): void; close(): void };

/** Files are looked at this often, for file systems that tell nothing of changes, and this long after they told of one. */
const systemTimes = { pollMillis: 30_000, settleMillis: 300, now: () => Date.now() };

/** Reads the pair that `section` (`site.tls`) names; undefined when it names none. Throws StartError. */
export function openTls({ certFile, keyFile }: TlsConfig, section: string, log: TlsLog, times = systemTimes): Tls | undefined {
  if (certFile === undefined || keyFile === undefined) return undefined;
  const read = (): TlsPair => ({ cert: readPart(certFile, `${section}.certFile`), key: readPart(keyFile, `${section}.keyFile`) });
  let pair = read();
  const servers: SecureServer[] = [];
  tell(log, section, checked(pair, section), times.now());

  let lastFault: string | undefined;
  const refresh = (): void => {
    try {
      const next = read();
      if (next.cert.equals(pair.cert) && next.key.equals(pair.key)) return void (lastFault = undefined);
      const leaf = checked(next, section);
      for (const server of servers) server.setSecureContext(next);
      pair = next;
      lastFault = undefined;
      tell(log, section, leaf, times.now());
    } catch (error) {
      // Two files are never written in one moment: the old pair serves until the new one is whole.
      const reason = (error as Error).message;
      if (reason !== lastFault) log.warn({ reason }, 'the changed certificate is not taken up, the old one stays in use');
      lastFault = reason;
    }
  };
  const stop = follow([certFile, keyFile], times, refresh);
  return {
    get pair() {
      return pair;
    },
    keep: (server) => void servers.push(server),
    close: stop,
  };
}

function readPart(path: string, setting: string): Buffer {
  try {
    return readFileSync(path);
  } catch (cause) {
    throw new StartError(`${setting}: ${path} can't be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause });
  }
}

/** The leaf certificate of a pair that can be served. Throws StartError. */
function checked(pair: TlsPair, section: string): X509Certificate {
  const leaf = attempt(`${section}.certFile holds no certificate in PEM form`, () => new X509Certificate(pair.cert));
  const key = attempt(`${section}.keyFile holds no private key in PEM form without a pass phrase`, () => createPrivateKey(pair.key));
  if (!leaf.checkPrivateKey(key)) throw new StartError(`${section}: certificate and key do not belong together`);
  attempt(`${section}: this certificate can't be served`, () => createSecureContext(pair));
  return leaf;
}

function attempt<T>(fault: string, run: () => T): T {
  try {
    return run();
  } catch (cause) {
    throw new StartError(`${fault} (${(cause as NodeJS.ErrnoException).code ?? (cause as Error).message})`, { cause });
  }
}

function tell(log: TlsLog, section: string, leaf: X509Certificate, now: number): void {
  const facts = { section, names: leaf.subjectAltName ?? leaf.subject, expires: leaf.validTo };
  if (Date.parse(leaf.validTo) <= now) log.warn({ ...facts, reason: `expired on ${leaf.validTo}` }, 'browsers will refuse the certificate');
  else log.info(facts, 'certificate in use');
}

/** Calls `look` some time after one of `paths` has changed, and now and then in any case; the returned function ends it. */
function follow(paths: readonly string[], { pollMillis, settleMillis }: typeof systemTimes, look: () => void): () => void {
  let settling: NodeJS.Timeout | undefined;
  const soon = (): void => {
    clearTimeout(settling);
    settling = setTimeout(look, settleMillis).unref();
  };
  // Folders, not files: renewals put new files or links in the old ones' place.
  const watchers = [...new Set(paths.map((path) => dirname(path)))].flatMap((folder) => {
    const names = new Set(paths.filter((path) => dirname(path) === folder).map((path) => basename(path)));
    return watched(folder, (name) => {
      if (name === null || names.has(name)) soon();
    });
  });
  const poll = setInterval(look, pollMillis).unref();
  return () => {
    clearInterval(poll);
    clearTimeout(settling);
    for (const watcher of watchers) watcher.close();
  };
}

/** A watcher, where the system has one to give; the poll finds the rest. */
function watched(folder: string, onChange: (name: string | null) => void): FSWatcher[] {
  try {
    const watcher = watch(folder, { persistent: false }, (_event, name) => onChange(name));
    watcher.on('error', () => watcher.close());
    return [watcher];
  } catch {
    return [];
  }
}
