// Channels as administrators manage them: with source, gather and rates; many at once; the recycle bin.
import { z } from 'zod';
import { Channel, ChannelFault, ChannelSettings, ChannelSourceView } from './channel.ts';
import { OnlyIds } from './list.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, PageQuery, pageOf } from './shape.ts';

/** A channel with everything that administrators see of it. */
export const ManagedChannel = Channel.extend({
  gatherId: Id,
  gatherTitle: z.string(),
  schoolId: Id.nullable(),
  gradeId: Id.nullable(),
  source: ChannelSourceView,
  isStarted: z.boolean(),
  receiveKbps: z.number(),
  sendKbps: z.number(),
  lessonId: z.string().nullable(),
  lostPackets: z.int(),
  notices: z.array(ChannelFault),
  deletedAt: Moment.nullable(),
});
export type ManagedChannel = z.infer<typeof ManagedChannel>;

/** What hangs on channels. Recordings stay when a channel goes, timetable and lessons do not. */
export const ChannelUsage = z.object({
  channels: z.int(),
  intervals: z.int(),
  lessons: z.int(),
  recordings: z.int(),
  recordingBytes: z.number(),
});
export type ChannelUsage = z.infer<typeof ChannelUsage>;

export const ChannelAction = z.enum(['start', 'stop', 'delete', 'restore', 'purge']);
export type ChannelAction = z.infer<typeof ChannelAction>;

/** Most channels of one bulk action. */
export const maxBulkChannels = 200;
const Ids = z.array(Id).min(1).max(maxBulkChannels);

export const managedChannelRoutes = {
  listManagedChannels: route({
    method: 'GET',
    path: '/api/admin/channels',
    access: 'admin',
    summary: 'Channels with source, gather, state and rates; or those in the recycle bin.',
    query: PageQuery.extend({
      search: z.string().trim().max(64).optional(),
      ids: OnlyIds.optional(),
      gatherId: Id.optional(),
      schoolId: Id.optional(),
      gradeId: Id.optional(),
      mode: z.enum(['file', 'pull', 'camera']).optional(),
      status: z.enum(['waiting', 'connecting', 'running', 'live', 'recording', 'error']).optional(),
      bin: z.stringbool().default(false),
      sort: z.enum(['name', '-name', 'gather', '-gather', 'status', '-status', 'createdAt', '-createdAt']).default('name'),
    }),
    response: pageOf(ManagedChannel),
  }),
  getManagedChannel: route({
    method: 'GET',
    path: '/api/admin/channels/:id',
    access: 'admin',
    summary: 'One channel with source, gather, state and rates, also from the recycle bin.',
    params: IdParams,
    response: ManagedChannel,
  }),
  channelUsage: route({
    method: 'POST',
    path: '/api/admin/channels/usage',
    access: 'admin',
    changesNothing: true,
    summary: 'What hangs on these channels: ask before deleting them.',
    body: z.object({ ids: Ids }),
    response: ChannelUsage,
    status: 200,
  }),
  changeChannels: route({
    method: 'POST',
    path: '/api/admin/channels/actions',
    access: 'admin',
    summary: 'Starts, stops, deletes, restores or purges several channels; tells which of them could not be.',
    body: z.object({ ids: Ids, action: ChannelAction }),
    response: z.object({ done: z.array(Id), failed: z.array(z.object({ id: Id, code: z.string(), detail: z.string() })) }),
    status: 200,
  }),
  restoreChannel: route({
    method: 'POST',
    path: '/api/channels/:id/restore',
    access: 'admin',
    summary: 'Takes a channel out of the recycle bin, stopped.',
    params: IdParams,
    response: ChannelSettings,
    status: 200,
  }),
};
