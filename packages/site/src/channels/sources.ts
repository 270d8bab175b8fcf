// A channel's source between administrators, the database and the gather: addresses taken apart, passwords sealed, never shown.
import { AppError, ChannelSource, type ChannelSourceInput, type ChannelSourceView, wrongFields } from '@lubo/contract';
import { SealError, type Secrets } from '../secrets.ts';

type Credentials = { user: string; password: string };

/**
 * What an administrator sent, as it will be kept. User and password in an address go into fields of their own; a password that
 * is left out stays that of `before`, where the mode is the same. Throws AppError that names the field.
 */
export function sourceOfInput(input: ChannelSourceInput, before?: ChannelSource): ChannelSource {
  if (input.mode === 'file') return input;
  const kept = before?.mode === input.mode ? before.password : '';
  if (input.mode === 'camera') return { ...input, password: input.password ?? kept, formerOsd: formerOsdOf(input.osd, before) };
  const main = partsOf(input.url, 'url');
  const sub = input.subUrl === undefined || input.subUrl === '' ? undefined : partsOf(input.subUrl, 'subUrl');
  const pasted = main.credentials ?? sub?.credentials;
  const { subUrl: _, ...rest } = input;
  const source = {
    ...rest,
    url: main.url,
    ...(sub === undefined ? {} : { subUrl: sub.url }),
    user: input.user === '' ? (pasted?.user ?? '') : input.user,
    password: input.password ?? pasted?.password ?? kept,
  };
  const parsed = ChannelSource.safeParse(source);
  if (parsed.success) return parsed.data;
  throw wrongSource(parsed.error.issues[0]?.path.join('.') ?? 'url', parsed.error.issues[0]?.message ?? 'not understood');
}

/** A text that is emptied has to go from the camera's picture. */
function formerOsdOf(osd: string, before: ChannelSource | undefined): string {
  if (osd !== '' || before?.mode !== 'camera') return '';
  return before.osd === '' ? before.formerOsd : before.osd;
}

/** Without its password, as administrators read it. */
export function viewOfSource(source: ChannelSource): ChannelSourceView {
  if (source.mode === 'file') return source;
  const { password, ...shown } = source;
  const { formerOsd: _, ...rest } = { formerOsd: '', ...shown };
  return { ...rest, hasPassword: password !== '' };
}

/** Text for the table: JSON, its password sealed for this channel. */
export function sealSource(source: ChannelSource, channelId: string, secrets: Secrets): string {
  if (source.mode === 'file' || source.password === '') return JSON.stringify(source);
  return JSON.stringify({ ...source, password: secrets.seal(source.password, purposeOf(channelId)) });
}

/** The view of what the table holds; needs no key. */
export function viewOfSealed(text: string): ChannelSourceView {
  return viewOfSource(parse(text));
}

/** What the table holds, for the gather. A password that can't be opened any more is none: the camera will say that it is wrong. */
export function openSource(text: string, channelId: string, secrets: Secrets): ChannelSource {
  const source = parse(text);
  if (source.mode === 'file' || source.password === '') return source;
  try {
    return { ...source, password: secrets.open(source.password, purposeOf(channelId)) };
  } catch (error) {
    if (error instanceof SealError) return { ...source, password: '' };
    throw error;
  }
}

function parse(text: string): ChannelSource {
  const value = JSON.parse(text) as { password?: string };
  // A sealed password is longer than a password may be.
  const { password = '', ...rest } = value;
  const source = ChannelSource.parse(rest);
  return source.mode === 'file' ? source : { ...source, password };
}

const purposeOf = (channelId: string): string => `channel/${channelId}`;

/** An address and the credentials that stood in it (RFC 3986 §3.2.1). Cameras' passwords hold any character, so the last @ counts. */
function partsOf(url: string, field: string): { url: string; credentials: Credentials | undefined } {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*):\/\/([^/?#]*)(.*)$/i.exec(url) ?? [];
  if (!/^(rtsps?|rtmps?)$/i.test(scheme)) throw wrongSource(field, `${scheme || 'this'} is not supported: rtsp, rtsps, rtmp or rtmps`);
  const at = authority.lastIndexOf('@');
  if (at < 0) return { url, credentials: undefined };
  const [user = '', ...password] = authority.slice(0, at).split(':');
  return { url: `${scheme}://${authority.slice(at + 1)}${rest}`, credentials: { user: decode(user), password: decode(password.join(':')) } };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function wrongSource(field: string, message: string): AppError {
  return wrongFields({ path: `body.source.${field}`, message, code: 'format' });
}
