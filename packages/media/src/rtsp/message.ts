// RTSP requests and responses (RFC 2326 §4–§7, RFC 7826 §5–§8): their shape, writing, and reading of a whole head.

import { FormatError } from '../errors.ts';
import { concatBytes } from '../bytes.ts';
import { decodeText, encodeText } from '../flv/text.ts';

/** Header fields in order, names as they stood. */
export type RtspHeaders = readonly (readonly [name: string, value: string])[];

export type RtspRequest = { type: 'request'; method: string; uri: string; headers: RtspHeaders; body: Uint8Array };
export type RtspResponse = { type: 'response'; status: number; reason: string; headers: RtspHeaders; body: Uint8Array };
export type RtspMessage = RtspRequest | RtspResponse;

const path = ['RTSP'];
const noBody = new Uint8Array(0);
const responseLine = /^RTSP\/\d+\.\d+[ \t]+(\d{3})(?:[ \t]+(.*))?$/;
const requestLine = /^([A-Z_]{3,20})[ \t]+(\S+)[ \t]+RTSP\/\d+\.\d+$/;

/** The first header of that name (in any case), trimmed. */
export function headerOf(message: { headers: RtspHeaders }, name: string): string | undefined {
  const wanted = name.toLowerCase();
  return message.headers.find(([given]) => given.toLowerCase() === wanted)?.[1];
}

/** All headers of that name (in any case), in order. */
export function headersOf(message: { headers: RtspHeaders }, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers.flatMap(([given, value]) => (given.toLowerCase() === wanted ? [value] : []));
}

/**
 * Reads a head: start line and headers, lines ended by CR LF or LF alone, without the empty line. Lines that are no header are
 * passed over, folded lines joined. The body is empty. Throws FormatError when the first line is no start line.
 */
export function readRtspHead(bytes: Uint8Array): RtspMessage {
  const lines = decodeText(bytes).split('\n').map((line) => (line.endsWith('\r') ? line.slice(0, -1) : line));
  const headers = readHeaders(lines.slice(1));
  const line = (lines[0] ?? '').trim();
  const response = responseLine.exec(line);
  if (response !== null) return { type: 'response', status: Number(response[1]), reason: response[2] ?? '', headers, body: noBody };
  const request = requestLine.exec(line);
  if (request === null) throw new FormatError(0, path, `"${printable(line)}" is no start line`);
  return { type: 'request', method: request[1] ?? '', uri: request[2] ?? '', headers, body: noBody };
}

function readHeaders(lines: readonly string[]): [string, string][] {
  const headers: [string, string][] = [];
  for (const line of lines) {
    const last = headers.at(-1);
    if (/^[ \t]/.test(line) && last !== undefined) {
      last[1] = `${last[1]} ${line.trim()}`.trim();
      continue;
    }
    const colon = line.indexOf(':');
    if (colon > 0) headers.push([line.slice(0, colon).trim(), line.slice(colon + 1).trim()]);
  }
  return headers;
}

/** Length of the body in bytes as its header tells; 0 without one or with nonsense in it. */
export function bodyLength(message: RtspMessage): number {
  const text = headerOf(message, 'Content-Length') ?? '0';
  return /^\d{1,12}$/.test(text) ? Number(text) : 0;
}

/** The message as bytes. Content-Length is added for a body. Throws FormatError for a line break inside a field. */
export function writeRtspMessage(message: RtspMessage): Uint8Array {
  const start =
    message.type === 'request'
      ? `${message.method} ${message.uri} RTSP/1.0`
      : `RTSP/1.0 ${message.status} ${message.reason}`;
  const hasLength = headerOf(message, 'Content-Length') !== undefined;
  const length: RtspHeaders = message.body.length > 0 && !hasLength ? [['Content-Length', String(message.body.length)]] : [];
  const lines = [start, ...[...message.headers, ...length].map(([name, value]) => `${name}: ${value}`)];
  for (const line of lines) {
    // oxlint-disable-next-line no-control-regex -- control characters are what is refused
    if (/[\0\r\n]/.test(line)) throw new FormatError(0, path, 'a line break inside a field');
  }
  return concatBytes([encodeText(`${lines.join('\r\n')}\r\n\r\n`), message.body]);
}

/** The 4 bytes before interleaved data of `length` bytes (RFC 2326 §10.12). Throws FormatError for more than 65535 bytes. */
export function writeInterleaved(channel: number, data: Uint8Array): Uint8Array {
  if (data.length > 0xffff) throw new FormatError(0, [...path, '$'], `${data.length} bytes > 65535`);
  const frame = new Uint8Array(4 + data.length);
  frame.set([0x24, channel, data.length >>> 8, data.length & 0xff]);
  frame.set(data, 4);
  return frame;
}

function printable(line: string): string {
  return line.slice(0, 60).replaceAll(/[^\x20-\x7e]/g, '.');
}
