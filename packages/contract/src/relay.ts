// The relay's messages: JSON over one WebSocket (`/api/relay`) from each agent to the site. See docs/design/desired-state.md.
import { z } from 'zod';
import { AgentFacts, AgentKind } from './agent.ts';
import { ChannelFault, ChannelSource } from './channel.ts';
import { GatherTuning } from './gather.ts';
import { StreamInspection, maxInspectedChannels } from './inspection.ts';
import { LessonId } from './lesson.ts';
import { Id, Moment, Name } from './shape.ts';

export const relayPath = '/api/relay';
export const relayProtocol = 1;
/** Each side sends a ping this often… */
export const relayPingSeconds = 5;
/** …and takes the other for dead after this long without any byte. */
export const relayDeadSeconds = 15;
/** Largest message in bytes either side accepts. */
export const relayMaxMessageBytes = 4 * 1024 * 1024;
/** Most channels of one gather: its reports hold no more. */
export const maxGatherChannels = 1024;

// Desired state: resources by key. The site sends all of them on connecting, then what changed.

/** `settings` of a gather. */
export const GatherSettings = z.object({
  title: z.string(),
  siteName: Name,
  schoolName: z.string(),
  /** Of the school: timetables are local times. */
  timeZone: z.string().max(64).default('Asia/Shanghai'),
  ...GatherTuning.shape,
  /** Of the enrolment: channels beyond are refused, and after `expiresAt` nothing runs. */
  channelLimit: z.int().min(0).default(256),
  expiresAt: Moment.nullable().default(null),
});
/** `channel/<id>` of a gather. */
export const GatherChannel = z.object({ id: Id, name: Name, source: ChannelSource, isStarted: z.boolean() });
/** `push/<channel id>` of a gather: present while somebody watches. A new token in the url is for the next connection only. */
export const GatherPush = z.object({ channelId: Id, url: z.string() });
/** `settings` of a live server: the keys that verify stream tokens, hex, newest first. */
export const LiveSettings = z.object({ tokenKeys: z.array(z.string().regex(/^[0-9a-f]{64}$/)).min(1).max(4) });

export type GatherSettings = z.infer<typeof GatherSettings>;
export type GatherChannel = z.infer<typeof GatherChannel>;
export type GatherPush = z.infer<typeof GatherPush>;
export type LiveSettings = z.infer<typeof LiveSettings>;

/** Any agent's desired state as it travels; each agent checks the values of the keys that it knows and ignores other keys. */
export const Resources = z.record(z.string().max(128), z.unknown());
export type Resources = z.infer<typeof Resources>;

const revision = z.int().min(0);

/** Site → agent. */
export const RelayDown = z.discriminatedUnion('type', [
  /** The whole of the desired state. */
  z.object({ type: z.literal('state'), revision, resources: Resources }),
  /** What changed since revision `from`; an agent that is not at `from` answers `resync`. */
  z.object({ type: z.literal('change'), from: revision, revision, set: Resources, remove: z.array(z.string().max(128)) }),
]);
export type RelayDown = z.infer<typeof RelayDown>;

/** What a gather sees of one channel. */
export const GatherChannelReport = z.object({
  id: Id,
  state: z.enum(['stopped', 'connecting', 'running', 'error']),
  fault: ChannelFault.optional(),
  isPushing: z.boolean(),
  isRecording: z.boolean(),
  receiveKbps: z.number(),
  sendKbps: z.number(),
  /** The lesson that is being recorded. */
  lessonId: LessonId.optional(),
  /** Revision of the timetable that the gather goes by; absent: it has none. */
  timetableRevision: z.int().optional(),
  /** RTP packets that never came, since the source was opened. */
  lostPackets: z.int().optional(),
  /** Things that work less well than they could, for people: a codec without decoder, a sub stream that is missing. */
  notices: z.array(ChannelFault).max(8).optional(),
});
export type GatherChannelReport = z.infer<typeof GatherChannelReport>;

/** A disk that the gather records to. `isLow`: less is left than is good; nothing is recorded on a full one. */
export const GatherDisk = z.object({ folder: z.string().max(1024), totalBytes: z.number(), freeBytes: z.number(), isLow: z.boolean(), isFull: z.boolean() });
export type GatherDisk = z.infer<typeof GatherDisk>;

/** A recording on its way to the site. */
export const GatherUpload = z.object({
  recordingId: z.uuid(),
  channelId: Id,
  state: z.enum(['uploading', 'retrying']),
  sentBytes: z.number(),
  totalBytes: z.number(),
  kbps: z.number(),
  /** Why the last try ended. */
  reason: z.string().max(256).optional(),
});
export type GatherUpload = z.infer<typeof GatherUpload>;

export const GatherReport = z.object({
  channels: z.array(GatherChannelReport).max(maxGatherChannels),
  disks: z.array(GatherDisk).max(64).optional(),
  /** Uploads under way, and what waits behind them. */
  uploads: z.array(GatherUpload).max(16).optional(),
  waiting: z.object({ recordings: z.int(), bytes: z.number() }).optional(),
  /** Notices of the gather as a whole: no codec program, a full disk, an enrolment that has ended. */
  notices: z.array(ChannelFault).max(16).optional(),
});
export type GatherReport = z.infer<typeof GatherReport>;

/** What a live server sees of one stream; `name` is the channel's id. */
export const LiveStreamReport = z.object({
  name: z.string().max(128),
  isPublishing: z.boolean(),
  /** Open viewer connections and HLS sessions, those that still wait for the first keyframe included. */
  viewers: z.int(),
  bytesIn: z.number(),
  bytesOut: z.number(),
});
export type LiveStreamReport = z.infer<typeof LiveStreamReport>;

/** Ports and public addresses by which others reach this live server. */
export const LiveAddresses = z.object({
  /** What `httpPort` speaks; live servers from before there was a choice don't tell. */
  httpScheme: z.enum(['http', 'https']).default('http'),
  httpPort: z.int(),
  rtmpPort: z.int(),
  publicHttpUrl: z.string().optional(),
  publicRtmpUrl: z.string().optional(),
});
export type LiveAddresses = z.infer<typeof LiveAddresses>;

export const LiveReport = z.object({
  addresses: LiveAddresses,
  streams: z.array(LiveStreamReport).max(10_000),
  /** Of the channels that the desired state asks about. */
  inspections: z.array(StreamInspection).max(maxInspectedChannels).optional(),
});
export type LiveReport = z.infer<typeof LiveReport>;

/** Agent → site. */
export const RelayUp = z.discriminatedUnion('type', [
  /** First message of a connection. */
  z.object({ type: z.literal('hello'), protocol: z.int(), kind: AgentKind, facts: AgentFacts }),
  /** The state of this revision has been taken on; its effects show in reports. */
  z.object({ type: z.literal('applied'), revision }),
  z.object({ type: z.literal('resync') }),
  /** Whole each time, on change and every 5 s, so that a lost one harms nothing. */
  z.object({ type: z.literal('gather-report'), report: GatherReport }),
  z.object({ type: z.literal('live-report'), report: LiveReport }),
]);
export type RelayUp = z.infer<typeof RelayUp>;
