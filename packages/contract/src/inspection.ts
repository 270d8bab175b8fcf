// Who watches a channel, one by one. Live servers tell it only while an administrator looks: see docs/design/desired-state.md.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, IdParams, Moment } from './shape.ts';

/** Most viewers of one channel that are told one by one. */
export const maxInspectedViewers = 200;
/** Most channels that are looked at in this way at a time. */
export const maxInspectedChannels = 16;

/** One viewer as its live server sees it. */
export const StreamViewer = z.object({
  protocol: z.enum(['flv', 'ws-flv', 'rtmp', 'hls']),
  /** IP address; behind a proxy on the live server's machine, the one that the proxy tells. */
  address: z.string().max(64),
  since: Moment,
  /** Bytes handed to it; `null` with HLS, whose segments are shared. */
  bytes: z.number().nullable(),
  userAgent: z.string().max(256).optional(),
});
export type StreamViewer = z.infer<typeof StreamViewer>;

/** `inspect/<channel id>` of a live server's desired state: its reports tell who watches this channel. */
export const LiveInspect = z.object({ channelId: Id });
export type LiveInspect = z.infer<typeof LiveInspect>;

/** What a live server answers to that; `name` is the channel's id. Those who came last are first. */
export const StreamInspection = z.object({ name: z.string().max(128), viewers: z.array(StreamViewer).max(maxInspectedViewers) });
export type StreamInspection = z.infer<typeof StreamInspection>;

/** A viewer with the live server that serves it. */
export const ChannelViewer = StreamViewer.extend({ liveServerId: Id, liveServerTitle: z.string() });
export type ChannelViewer = z.infer<typeof ChannelViewer>;

export const inspectionRoutes = {
  listChannelViewers: route({
    method: 'GET',
    path: '/api/channels/:id/viewers',
    access: 'admin',
    scope: 'people',
    summary: 'Who watches a channel now, one by one, with addresses; ask again every few seconds to follow it.',
    params: IdParams,
    response: z.object({
      rows: z.array(ChannelViewer),
      /** All viewers as they are counted; there may be more than rows. */
      total: z.int(),
      /** False while a live server that carries the channel has not told its viewers. */
      isComplete: z.boolean(),
    }),
  }),
};
