// Secrets that the site must be able to read again (passwords of cameras, keys of sign-in services), sealed for the database:
// AES-256-GCM (NIST SP 800-38D) with a key from the data folder, which no backup of the database alone gives away.
import { createCipheriv, createDecipheriv, hkdfSync, randomBytes } from 'node:crypto';
import { chmodSync, closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { StartError } from '@lubo/config';

const keyFileName = 'secret.key';
const keyBytes = 32;
const ivBytes = 12;
const tagBytes = 16;
/** Longest text that is sealed, in characters; the database's rows stay bounded. */
export const maxSecretLength = 1024 * 1024;

/** A sealed text can't be read: the key file is another than the one it was sealed with, or the text is not whole. */
export class SealError extends Error {
  constructor(purpose: string, options?: ErrorOptions) {
    super(`the secret for ${purpose} can't be read: it was sealed with another ${keyFileName}, or is damaged; enter it anew`, options);
    this.name = 'SealError';
  }
}

export type Secrets = {
  /**
   * Text for the database: `v1.<base64url of iv, tag and ciphertext>`, new each time. `purpose` names whose secret it is, with the
   * row's identity (`camera/<channel id>`): a sealed text copied to another row can't be opened there.
   */
  seal(plain: string, purpose: string): string;
  /** The text that was sealed. Throws SealError. */
  open(sealed: string, purpose: string): string;
  /** A key of its own for one purpose (HKDF, RFC 5869), 32 bytes in hex; the same after a restart. */
  keyFor(purpose: string): string;
};

/** Secrets under this key of 32 bytes. */
export function createSecrets(key: Uint8Array): Secrets {
  return {
    keyFor: (purpose) => Buffer.from(hkdfSync('sha256', key, '', purpose, keyBytes)).toString('hex'),
    seal(plain, purpose) {
      if (plain.length > maxSecretLength) throw new RangeError(`a secret of ${plain.length} characters is longer than ${maxSecretLength}`);
      const iv = randomBytes(ivBytes);
      const cipher = createCipheriv('aes-256-gcm', key, iv).setAAD(Buffer.from(purpose));
      const text = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
      return `v1.${Buffer.concat([iv, cipher.getAuthTag(), text]).toString('base64url')}`;
    },
    open(sealed, purpose) {
      const [version, body = '', ...rest] = sealed.split('.');
      const bytes = Buffer.from(body, 'base64url');
      if (version !== 'v1' || rest.length > 0 || bytes.length < ivBytes + tagBytes) throw new SealError(purpose);
      try {
        const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, ivBytes), { authTagLength: tagBytes });
        decipher.setAAD(Buffer.from(purpose)).setAuthTag(bytes.subarray(ivBytes, ivBytes + tagBytes));
        return Buffer.concat([decipher.update(bytes.subarray(ivBytes + tagBytes)), decipher.final()]).toString('utf8');
      } catch (cause) {
        throw new SealError(purpose, { cause });
      }
    },
  };
}

/** Secrets under the key in `dir`, made there at the first start, for this user only. Throws StartError. */
export function openSecrets(dir: string): Secrets {
  const file = join(dir, keyFileName);
  try {
    const key = readKey(file) ?? makeKey(file);
    if (key.length === keyBytes) return createSecrets(key);
  } catch (cause) {
    throw new StartError(`key file ${file} can't be used: ${(cause as Error).message}`, { cause });
  }
  throw new StartError(`key file ${file} is damaged: it must hold ${keyBytes} bytes in hexadecimal; put it back from a backup`);
}

function readKey(file: string): Buffer | undefined {
  try {
    const text = readFileSync(file, 'utf8').trim();
    chmodSync(file, 0o600);
    return /^[0-9a-f]*$/.test(text) ? Buffer.from(text, 'hex') : Buffer.alloc(0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

/** Whole or not at all, whatever happens meanwhile; of two that start at once, both use the first one's. */
function makeKey(file: string): Buffer {
  const key = randomBytes(keyBytes);
  const draft = `${file}.${randomBytes(6).toString('hex')}`;
  const handle = openSync(draft, 'wx', 0o600);
  try {
    writeSync(handle, `${key.toString('hex')}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  try {
    linkSync(draft, file);
    return key;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    return readKey(file) ?? key;
  } finally {
    rmSync(draft, { force: true });
  }
}
