// Channels (one classroom's video source each) and watching them live.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name, PageQuery, pageOf } from './shape.ts';

/** An address of the gather's network, as its source speaks it. User and password go into fields of their own, never into the address. */
const SourceUrl = z
  .string()
  .trim()
  .max(1024)
  .regex(/^(rtsp|rtsps|rtmp|rtmps):\/\/[^/?#@\s]+(\/\S*)?(\?\S*)?$/i, 'an address that begins with rtsp://, rtsps://, rtmp:// or rtmps://, without user and password');

const SourceUser = z.string().max(128);
const SourcePassword = z.string().max(128);

const FileSource = z.object({
  mode: z.literal('file'),
  /** MP4 file on the gather's machine, played in a loop in real time. */
  path: z.string().min(1).max(1024),
});

const PullSource = z.object({
  mode: z.literal('pull'),
  /** What is recorded, and played live where there is no `subUrl`. */
  url: SourceUrl,
  /** A smaller stream of the same camera, for live viewing. */
  subUrl: SourceUrl.optional(),
  user: SourceUser.default(''),
  /** RTSP: RTP within the connection, beside it, or TCP first and then UDP. */
  transport: z.enum(['auto', 'tcp', 'udp']).default('auto'),
});

const CameraSource = z.object({
  mode: z.literal('camera'),
  /** Name or IP address of an ONVIF camera. */
  address: z.string().trim().min(1).max(255).regex(/^[0-9A-Za-z._:-]+$/, 'a name or an IP address'),
  /** Of its ONVIF service. */
  port: z.int().min(1).max(65_535).default(80),
  user: SourceUser.default(''),
  /** Text that the camera draws into its picture; empty: none, and what else the camera draws stays. */
  osd: z.string().max(64).default(''),
  isMirrored: z.boolean().default(false),
  /** Whether the camera turns its picture by 180°, for one that hangs upside down; absent: as the camera is set. */
  isTurned: z.boolean().optional(),
  /** Bitrates of its streams; absent: as the gather's settings say. */
  mainKbps: z.int().min(32).max(8192).optional(),
  subKbps: z.int().min(32).max(8192).optional(),
  /** Of both streams; absent: as the camera is set. */
  framesPerSecond: z.int().min(1).max(60).optional(),
  /** The camera's main stream is recorded, its sub stream is played live. */
  isDualStream: z.boolean().default(true),
});

/** Where a channel's video comes from, as gathers are told and administrators send it. */
export const ChannelSource = z.discriminatedUnion('mode', [
  FileSource,
  PullSource.extend({ password: SourcePassword.default('') }),
  CameraSource.extend({
    password: SourcePassword.default(''),
    /** The text that the channel had when it was emptied: the camera may still show it. */
    formerOsd: z.string().max(64).default(''),
  }),
]);
export type ChannelSource = z.infer<typeof ChannelSource>;

/** Taken apart by the site: user and password may stand in the address as people paste it. */
const PastedUrl = z
  .string()
  .trim()
  .max(1024)
  .regex(/^[a-z][a-z0-9+.-]*:\/\/\S+$/i, 'an address that begins with rtsp://, rtsps://, rtmp:// or rtmps://');

/** As administrators send it. A password that is left out stays as it was, in an edit that keeps the mode. */
export const ChannelSourceInput = z.discriminatedUnion('mode', [
  FileSource,
  PullSource.extend({ url: PastedUrl, subUrl: PastedUrl.optional(), password: SourcePassword.optional() }),
  CameraSource.extend({ password: SourcePassword.optional() }),
]);
export type ChannelSourceInput = z.infer<typeof ChannelSourceInput>;

/** The same as administrators read it: whether there is a password, never which. */
export const ChannelSourceView = z.discriminatedUnion('mode', [
  FileSource,
  PullSource.extend({ hasPassword: z.boolean() }),
  CameraSource.extend({ hasPassword: z.boolean() }),
]);
export type ChannelSourceView = z.infer<typeof ChannelSourceView>;

/**
 * waiting: stopped or its gather is offline; connecting: the source is being opened;
 * running: video arrives, nobody watches; live: it is being pushed; error: see `error`.
 */
export const ChannelStatus = z.enum(['waiting', 'connecting', 'running', 'live', 'error']);
export type ChannelStatus = z.infer<typeof ChannelStatus>;

/** Why a channel gives no video, for people (`detail`) and for translations (`code`). */
export const ChannelFault = z.object({ code: z.string().max(64), detail: z.string().max(512) });
export type ChannelFault = z.infer<typeof ChannelFault>;

/** What anyone may know of a channel. */
export const Channel = z.object({
  id: Id,
  name: Name,
  schoolName: z.string(),
  gradeName: z.string(),
  status: ChannelStatus,
  /** The gather is connected and its source gives video. */
  isOnline: z.boolean(),
  isLive: z.boolean(),
  isRecording: z.boolean(),
  fault: ChannelFault.optional(),
  viewers: z.int(),
  /** Its newest picture, a JPEG; another address for each picture. */
  snapshotUrl: z.string().optional(),
  /** With `&width=` of these behind it the snapshot's address gives it as WebP, so many pixels wide. */
  snapshotWidths: z.array(z.int()).optional(),
  createdAt: Moment,
});
export type Channel = z.infer<typeof Channel>;

/** What administrators see beside it. */
export const ChannelSettings = z.object({
  id: Id,
  name: Name,
  gatherId: Id,
  gradeId: Id.nullable(),
  source: ChannelSourceView,
  isStarted: z.boolean(),
});
export type ChannelSettings = z.infer<typeof ChannelSettings>;

export const NewChannel = z.object({
  name: Name,
  gatherId: Id,
  gradeId: Id.nullable().default(null),
  source: ChannelSourceInput,
  isStarted: z.boolean().default(true),
});
// Not made of NewChannel: its defaults would come in where a field is left out.
export const ChannelEdit = z.object({ name: Name, gradeId: Id.nullable(), source: ChannelSourceInput, isStarted: z.boolean() }).partial();

/** Where to play; all addresses are signed and short-lived, so ask again before each new connection. */
export const WatchAddresses = z.object({
  channelId: Id,
  flv: z.string().describe('HTTP-FLV, lowest delay'),
  hls: z.string().optional().describe('HLS, plays everywhere'),
  rtmp: z.string().describe('RTMP, for VLC and OBS'),
  expiresAt: Moment,
});
export type WatchAddresses = z.infer<typeof WatchAddresses>;

/** What administrators give to others: addresses that are good for some hours, and the code for a page of somebody else's. */
export const ChannelAddresses = z.object({
  channelId: Id,
  flv: z.string().describe('HTTP-FLV'),
  hls: z.string().describe('HLS in fragmented MP4'),
  hlsTs: z.string().describe('HLS in MPEG-TS, for older players'),
  rtmp: z.string().describe('RTMP, for VLC and OBS'),
  /** New connections are let in until then; those that run go on. */
  expiresAt: Moment,
  /** The player alone, at an address that holds no secret and doesn't expire; other sites may frame it if `site.embedOrigins` says so. */
  embed: z.object({ url: z.string(), html: z.string(), allowedOrigins: z.array(z.string()) }),
});
export type ChannelAddresses = z.infer<typeof ChannelAddresses>;

export const channelRoutes = {
  listChannels: route({
    method: 'GET',
    path: '/api/channels',
    access: 'public',
    summary: 'Channels, those online first, then by name.',
    query: PageQuery.extend({ search: z.string().trim().max(64).optional() }),
    response: pageOf(Channel).extend({ online: z.int() }),
  }),
  getChannel: route({ method: 'GET', path: '/api/channels/:id', access: 'public', summary: 'One channel.', params: IdParams, response: Channel }),
  getChannelSettings: route({
    method: 'GET',
    path: '/api/channels/:id/settings',
    access: 'admin',
    summary: 'The settings of one channel.',
    params: IdParams,
    response: ChannelSettings,
  }),
  createChannel: route({
    method: 'POST',
    path: '/api/channels',
    access: 'admin',
    summary: 'Adds a channel to a gather.',
    body: NewChannel,
    response: ChannelSettings,
    status: 201,
  }),
  editChannel: route({
    method: 'PATCH',
    path: '/api/channels/:id',
    access: 'admin',
    summary: 'Changes, starts or stops a channel; fields left out stay.',
    params: IdParams,
    body: ChannelEdit,
    response: ChannelSettings,
  }),
  deleteChannel: route({ method: 'DELETE', path: '/api/channels/:id', access: 'admin', summary: 'Removes a channel.', params: IdParams }),
  watchChannel: route({
    method: 'POST',
    path: '/api/channels/:id/watch',
    access: 'public',
    summary: 'Asks for the live video of a channel; the gather begins to push if nobody was watching.',
    params: IdParams,
    response: WatchAddresses,
  }),
  getChannelAddresses: route({
    method: 'GET',
    path: '/api/channels/:id/addresses',
    access: 'admin',
    summary: 'Play addresses of a channel to hand out, good for some hours, and its embed code. Whoever opens one makes the gather push.',
    params: IdParams,
    response: ChannelAddresses,
  }),
};
