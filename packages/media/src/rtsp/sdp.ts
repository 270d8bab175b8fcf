// Session descriptions (RFC 4566, RFC 8866) as RTSP servers give them: leniently, for cameras break them in many ways.

import { FormatError } from '../errors.ts';
import { decodeText, encodeText } from '../flv/text.ts';

/** One payload format of a media section. */
export type SdpFormat = {
  payloadType: number;
  /** Upper case, e.g. `H264`, `MPEG4-GENERIC`, `PCMA`; '' when nothing tells it. */
  encoding: string;
  /** Ticks per second of the RTP timestamps; 0 when nothing tells it. */
  clockRate: number;
  /** Channels of audio, as far as rtpmap tells; 1 otherwise. */
  channels: number;
  /** fmtp parameters, names in lower case. */
  parameters: ReadonlyMap<string, string>;
};

/** One `m=` section. */
export type SdpMedia = {
  /** `video`, `audio`, `application`, … */
  kind: string;
  /** `RTP/AVP`, `RTP/SAVP`, … in upper case. */
  protocol: string;
  formats: SdpFormat[];
  control: string | undefined;
  direction: 'sendrecv' | 'sendonly' | 'recvonly' | 'inactive' | undefined;
  framesPerSecond: number | undefined;
};

export type Sdp = {
  control: string | undefined;
  /** Value of the session's `a=range`, e.g. `npt=0-12.5`. */
  range: string | undefined;
  media: SdpMedia[];
};

/** Payload types with a fixed meaning (RFC 3551 §6) that cameras leave without an rtpmap. */
const fixedTypes: Readonly<Record<number, readonly [encoding: string, clockRate: number, channels: number]>> = {
  0: ['PCMU', 8000, 1],
  3: ['GSM', 8000, 1],
  4: ['G723', 8000, 1],
  8: ['PCMA', 8000, 1],
  9: ['G722', 8000, 1],
  10: ['L16', 44100, 2],
  11: ['L16', 44100, 1],
  14: ['MPA', 90000, 1],
  18: ['G729', 8000, 1],
  26: ['JPEG', 90000, 1],
  32: ['MPV', 90000, 1],
  33: ['MP2T', 90000, 1],
};

const limits = { lines: 2000, media: 32, formats: 32 } as const;
const path = ['SDP'];

type Section = { kind: string; protocol: string; types: number[]; attributes: [name: string, value: string][] };

/**
 * Reads a description: lines ended by CR LF, LF or CR; lines that make no sense are passed over.
 * Throws FormatError without any `m=` line, or with absurdly many lines.
 */
export function readSdp(bytes: Uint8Array): Sdp {
  const lines = decodeText(bytes).split(/\r\n|\n|\r/);
  if (lines.length > limits.lines) throw new FormatError(0, path, `${lines.length} lines > ${limits.lines}`);
  const session: Section = { kind: '', protocol: '', types: [], attributes: [] };
  const sections: Section[] = [];
  for (const raw of lines) {
    const [, letter = '', value = ''] = /^\s*([a-z])\s*=\s*(.*?)\s*$/i.exec(raw.replaceAll('\0', '')) ?? [];
    if (letter === 'm') sections.push(sectionOf(value));
    else if (letter === 'a') (sections.at(-1) ?? session).attributes.push(attributeOf(value));
  }
  if (sections.length === 0) throw new FormatError(0, path, 'no m= line');
  if (sections.length > limits.media) throw new FormatError(0, path, `${sections.length} media > ${limits.media}`);
  return { control: valueOf(session, 'control'), range: valueOf(session, 'range'), media: sections.map(mediaOf) };
}

function sectionOf(value: string): Section {
  const [kind = '', , protocol = '', ...types] = value.split(/\s+/);
  const numbers = types.filter((type) => /^\d{1,3}$/.test(type)).map(Number);
  return { kind: kind.toLowerCase(), protocol: protocol.toUpperCase(), types: numbers.slice(0, limits.formats), attributes: [] };
}

function attributeOf(text: string): [string, string] {
  const colon = text.indexOf(':');
  return colon < 0 ? [text.trim().toLowerCase(), ''] : [text.slice(0, colon).trim().toLowerCase(), text.slice(colon + 1).trim()];
}

function valueOf(section: Section, name: string): string | undefined {
  return section.attributes.find(([given]) => given === name)?.[1];
}

function mediaOf(section: Section): SdpMedia {
  const rate = Number(valueOf(section, 'framerate') ?? valueOf(section, 'x-framerate') ?? NaN);
  const direction = (['sendrecv', 'sendonly', 'recvonly', 'inactive'] as const).find((name) => valueOf(section, name) !== undefined);
  return {
    kind: section.kind,
    protocol: section.protocol,
    formats: section.types.map((type) => formatOf(section, type)),
    control: valueOf(section, 'control'),
    direction,
    framesPerSecond: rate > 0 && rate <= 1000 ? rate : undefined,
  };
}

function formatOf(section: Section, payloadType: number): SdpFormat {
  const map = mapped(section, 'rtpmap', payloadType);
  const [encoding = '', rate = '', channels = ''] = map?.split('/').map((part) => part.trim()) ?? [];
  const [fixedEncoding, fixedRate, fixedChannels] = fixedTypes[payloadType] ?? ['', 0, 1];
  const name = (encoding === '' ? fixedEncoding : encoding).toUpperCase();
  return {
    payloadType,
    encoding: name,
    clockRate: boundedNumber(rate, 1_000_000) ?? (name === fixedEncoding ? fixedRate : section.kind === 'video' ? 90_000 : 0),
    channels: boundedNumber(channels, 64) ?? fixedChannels,
    parameters: parametersOf(mapped(section, 'fmtp', payloadType) ?? ''),
  };
}

/** The attribute of a payload type; with one format only, also one that names a wrong type. */
function mapped(section: Section, name: string, payloadType: number): string | undefined {
  const all = section.attributes.filter(([given]) => given === name).map(([, value]) => value);
  const own = all.find((value) => Number.parseInt(value, 10) === payloadType);
  const chosen = own ?? (section.types.length === 1 && fixedTypes[payloadType] === undefined ? all[0] : undefined);
  return chosen?.replace(/^\d+\s*/, '');
}

function parametersOf(text: string): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const part of text.split(';')) {
    const equals = part.indexOf('=');
    const name = (equals < 0 ? part : part.slice(0, equals)).trim().toLowerCase();
    const value = equals < 0 ? '' : part.slice(equals + 1).trim().replaceAll(/^"|"$/g, '');
    if (name !== '' && !parameters.has(name)) parameters.set(name, value);
  }
  return parameters;
}

function boundedNumber(text: string, most: number): number | undefined {
  const value = Number.parseInt(text, 10);
  return value > 0 && value <= most ? value : undefined;
}

/** The description as bytes, for servers in tests and benches. */
export function writeSdp(sdp: Sdp): Uint8Array {
  const lines = ['v=0', 'o=- 0 0 IN IP4 127.0.0.1', 's=-', 'c=IN IP4 0.0.0.0', 't=0 0'];
  if (sdp.control !== undefined) lines.push(`a=control:${sdp.control}`);
  if (sdp.range !== undefined) lines.push(`a=range:${sdp.range}`);
  for (const media of sdp.media) {
    lines.push(`m=${media.kind} 0 ${media.protocol} ${media.formats.map(({ payloadType }) => payloadType).join(' ')}`);
    for (const format of media.formats) lines.push(...formatLines(media.kind, format));
    if (media.control !== undefined) lines.push(`a=control:${media.control}`);
    if (media.direction !== undefined) lines.push(`a=${media.direction}`);
    if (media.framesPerSecond !== undefined) lines.push(`a=framerate:${media.framesPerSecond}`);
  }
  return encodeText(`${lines.join('\r\n')}\r\n`);
}

function formatLines(kind: string, { payloadType, encoding, clockRate, channels, parameters }: SdpFormat): string[] {
  const lines = encoding === '' ? [] : [`a=rtpmap:${payloadType} ${encoding}/${clockRate}${kind === 'audio' ? `/${channels}` : ''}`];
  const fields = [...parameters].map(([name, value]) => `${name}=${value}`);
  return fields.length === 0 ? lines : [...lines, `a=fmtp:${payloadType} ${fields.join(';')}`];
}
