// The RTMP handshake (Adobe RTMP 1.0 §5.2), the simple one on both sides. A client with the digest form (a version in
// C1) is answered with the echo too; a version of 0 in our packet tells the peer that we take no part in digests.

import { FormatError } from '../errors.ts';

const rtmpVersion = 3;
const packetLength = 1536;
const path = ['RTMP handshake'];

/** What one read gave: how far it got in the bytes, what to send, and whether chunks follow. */
export type HandshakeStep = { next: number; send: Uint8Array | undefined; isDone: boolean };

/** Collects bytes up to a fixed length. */
class Collector {
  readonly bytes: Uint8Array;
  #filled = 0;

  constructor(length: number) {
    this.bytes = new Uint8Array(length);
  }

  get isFull(): boolean {
    return this.#filled === this.bytes.length;
  }

  /** Takes what it lacks from `bytes` and returns the offset behind that. */
  take(bytes: Uint8Array, at: number): number {
    const end = Math.min(bytes.length, at + this.bytes.length - this.#filled);
    this.bytes.set(bytes.subarray(at, end), this.#filled);
    this.#filled += end - at;
    return end;
  }
}

/** C0 C1 in, S0 S1 S2 out, C2 in (its content is not looked at: many clients get it wrong). */
export class ServerHandshake {
  readonly #hello = new Collector(1 + packetLength);
  readonly #echo = new Collector(packetLength);

  /** Throws FormatError when the peer speaks something else: HTTP, TLS, encrypted RTMP. */
  receive(bytes: Uint8Array): HandshakeStep {
    let next = 0;
    let send: Uint8Array | undefined;
    if (bytes.length === 0) return { next, send, isDone: false };
    if (!this.#hello.isFull) {
      next = this.#hello.take(bytes, 0);
      checkVersion(this.#hello.bytes);
      if (!this.#hello.isFull) return { next, send, isDone: false };
      send = new Uint8Array(1 + 2 * packetLength);
      send[0] = rtmpVersion;
      send.set(randomPacket(), 1);
      send.set(this.#hello.bytes.subarray(1), 1 + packetLength);
    }
    next = this.#echo.take(bytes, next);
    return { next, send, isDone: this.#echo.isFull };
  }
}

/** C0 C1 out, S0 S1 in, C2 out, S2 in. */
export class ClientHandshake {
  readonly #hello = new Collector(1 + packetLength);
  readonly #echo = new Collector(packetLength);

  /** C0 and C1. */
  start(): Uint8Array {
    const bytes = new Uint8Array(1 + packetLength);
    bytes[0] = rtmpVersion;
    bytes.set(randomPacket(), 1);
    return bytes;
  }

  /** Throws FormatError when the peer speaks something else. */
  receive(bytes: Uint8Array): HandshakeStep {
    let next = 0;
    let send: Uint8Array | undefined;
    if (bytes.length === 0) return { next, send, isDone: false };
    if (!this.#hello.isFull) {
      next = this.#hello.take(bytes, 0);
      checkVersion(this.#hello.bytes);
      if (!this.#hello.isFull) return { next, send, isDone: false };
      send = this.#hello.bytes.slice(1);
    }
    next = this.#echo.take(bytes, next);
    return { next, send, isDone: this.#echo.isFull };
  }
}

/** Versions 0x04 to 0x1f answer as 3 (§5.2.2). */
function checkVersion(hello: Uint8Array): void {
  const version = hello[0] ?? 0;
  if (version === 6 || version === 8) throw new FormatError(0, path, 'encrypted RTMP (RTMPE) is not supported');
  if (version < rtmpVersion || version > 31) throw new FormatError(0, path, `version ${version} is not 3`);
}

/** Time 0, version 0, and 1528 bytes that only have to differ between connections. */
function randomPacket(): Uint8Array {
  const packet = new Uint8Array(packetLength);
  for (let i = 8; i < packetLength; i++) packet[i] = Math.random() * 256;
  return packet;
}
