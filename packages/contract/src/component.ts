// The site's components as administrators see them: relay, live servers, and who is connected. Storage has a contract of its own.
import { z } from 'zod';
import { AgentFacts } from './agent.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment } from './shape.ts';

/** The relay: the part of the site that keeps gathers and live servers connected. */
export const RelayStatus = z.object({
  /** As gathers and live servers reach it from where the caller is. */
  url: z.string(),
  startedAt: Moment,
  gathers: z.object({ online: z.int(), total: z.int() }),
  liveServers: z.object({ online: z.int(), total: z.int() }),
  /** Pages that listen to the site's events. */
  pages: z.int(),
});
export type RelayStatus = z.infer<typeof RelayStatus>;

/**
 * ready: it leads to this very site and lets WebSockets through; other: something else answers there; no-websocket: this site,
 * but a proxy in between lets no WebSocket through; unreachable: no answer.
 */
export const RelayCheck = z.object({ state: z.enum(['ready', 'other', 'no-websocket', 'unreachable']), detail: z.string(), millis: z.int() });
export type RelayCheck = z.infer<typeof RelayCheck>;

export const LiveServerRow = z.object({
  id: Id,
  title: z.string(),
  isOnline: z.boolean(),
  facts: AgentFacts.nullable(),
  /** As seen from the site; `null` until it has told them once. */
  httpUrl: z.string().nullable(),
  rtmpUrl: z.string().nullable(),
  lastSeenAt: Moment.nullable(),
  /** Streams that gathers push to it now. */
  channels: z.int(),
  viewers: z.int(),
  bytesIn: z.number(),
  bytesOut: z.number(),
});
export type LiveServerRow = z.infer<typeof LiveServerRow>;

/** One stream of a live server. */
export const LiveServerStream = z.object({
  channelId: z.string(),
  /** Empty when the channel is gone. */
  channelName: z.string(),
  schoolName: z.string(),
  isPublishing: z.boolean(),
  viewers: z.int(),
  bytesIn: z.number(),
  bytesOut: z.number(),
});
export type LiveServerStream = z.infer<typeof LiveServerStream>;

/** Most terminals that are listed; `total` counts all. */
export const maxListedTerminals = 1_000;

/** Something that is connected to the site: an agent by its relay, or a page by its events. */
export const Terminal = z.object({
  id: z.string(),
  kind: z.enum(['gather', 'live', 'page']),
  /** Of an agent; empty for a page. */
  title: z.string(),
  address: z.string(),
  since: Moment,
});
export type Terminal = z.infer<typeof Terminal>;

export const componentRoutes = {
  getRelay: route({ method: 'GET', path: '/api/components/relay', access: 'admin', summary: 'The relay: address, and how many are connected.', response: RelayStatus }),
  checkRelay: route({
    method: 'POST',
    path: '/api/components/relay/check',
    access: 'admin',
    changesNothing: true,
    summary: 'Tests whether an address leads to this site and its relay, before gathers are told to use it.',
    body: z.object({ url: z.string().trim().max(256).regex(/^https?:\/\/[^/\s]+(\/\S*)?$/i, 'an address that begins with http:// or https://') }),
    response: RelayCheck,
    status: 200,
  }),
  listLiveServers: route({
    method: 'GET',
    path: '/api/components/live-servers',
    access: 'admin',
    summary: 'Live servers with their addresses, channels, viewers and bytes.',
    response: z.object({ rows: z.array(LiveServerRow) }),
  }),
  listLiveServerStreams: route({
    method: 'GET',
    path: '/api/components/live-servers/:id/streams',
    access: 'admin',
    summary: 'Streams of one live server with their viewers, those with most viewers first.',
    params: IdParams,
    response: z.object({ rows: z.array(LiveServerStream) }),
  }),
  listTerminals: route({
    method: 'GET',
    path: '/api/components/terminals',
    access: 'admin',
    summary: 'Everything that is connected to the site: type, address, since when.',
    response: z.object({ rows: z.array(Terminal), total: z.int() }),
  }),
};
