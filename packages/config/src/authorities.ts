// Certificate authorities of the operator's own, trusted by every TLS connection that this process makes.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { StartError } from './start-error.ts';

const pem = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

/** Trusts the certificates in `caFile` (PEM, one or more) beside those trusted already. Throws StartError. */
export function trustAuthorities(caFile: string): void {
  let text: string;
  try {
    text = readFileSync(caFile, 'latin1');
  } catch (cause) {
    throw new StartError(`caFile: ${caFile} can't be read (${(cause as NodeJS.ErrnoException).code ?? String(cause)})`, { cause });
  }
  const certificates = text.match(pem) ?? [];
  if (certificates.length === 0) throw new StartError(`caFile: ${caFile} holds no certificate in PEM form`);
  try {
    setDefaultCACertificates([...getCACertificates('default'), ...certificates.map((certificate) => new X509Certificate(certificate).toString())]);
  } catch (cause) {
    throw new StartError(`caFile: ${caFile} holds a certificate that can't be read`, { cause });
  }
}
