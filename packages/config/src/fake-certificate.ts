// For tests: self-signed certificates for this machine, made by the openssl program.
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type FakeCertificate = {
  folder: string;
  certFile: string;
  keyFile: string;
  /** Makes both files anew, with another key and this common name. */
  renew(commonName: string): void;
  remove(): void;
};

/** The reason why certificates can't be made here, or false. */
export const noOpenssl: string | false = spawnSync('openssl', ['version']).status === 0 ? false : 'no openssl program on this machine';

/** A pair in a folder of its own, good for 127.0.0.1 and localhost for 30 days. */
export function fakeCertificate(commonName = 'lubo'): FakeCertificate {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-tls-'));
  const [certFile, keyFile] = [join(folder, 'fullchain.pem'), join(folder, 'privkey.pem')];
  const renew = (name: string): void => {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile];
    const names = ['-subj', `/CN=${name}`, '-addext', 'subjectAltName=IP:127.0.0.1,DNS:localhost'];
    execFileSync('openssl', ['req', '-x509', ...key, ...names, '-days', '30', '-out', certFile], { stdio: 'ignore' });
  };
  renew(commonName);
  return { folder, certFile, keyFile, renew, remove: () => rmSync(folder, { recursive: true, force: true }) };
}
