// Gathers as administrators manage them, and the codes with which gathers and live servers enrol.
import { z } from 'zod';
import { AgentFacts, AgentKind } from './agent.ts';
import { ChannelFault } from './channel.ts';
import { GatherTuning } from './gather.ts';
import { listQuery, OnlyIds } from './list.ts';
import { GatherDisk, GatherUpload } from './relay.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';
import { ConfirmQuery, Usage } from './usage.ts';

/** Most channels that an enrolment may allow. */
export const maxChannelLimit = 1024;
const ChannelLimit = z.int().min(1).max(maxChannelLimit);

/** A gather in the list. */
export const GatherRow = z.object({
  id: Id,
  title: z.string(),
  schoolId: Id.nullable(),
  schoolName: z.string(),
  /** Enrolled by this machine's own code: it can't be revoked. */
  isLocal: z.boolean(),
  isOnline: z.boolean(),
  /** Its key is void; a code made for it lets it in again. */
  isRevoked: z.boolean(),
  facts: AgentFacts.nullable(),
  createdAt: Moment,
  lastSeenAt: Moment.nullable(),
  channels: z.int(),
  recording: z.int(),
  live: z.int(),
  errors: z.int(),
  channelLimit: z.int(),
  expiresAt: Moment.nullable(),
  /** `null` while it is offline or has not told yet. */
  waiting: z.object({ recordings: z.int(), bytes: z.number() }).nullable(),
  hasLowDisk: z.boolean(),
});
export type GatherRow = z.infer<typeof GatherRow>;

/** One gather with what is tuned and what it tells of itself. */
export const Gather = GatherRow.extend({
  tuning: GatherTuning,
  timeZone: z.string(),
  disks: z.array(GatherDisk),
  uploads: z.array(GatherUpload),
  notices: z.array(ChannelFault),
});
export type Gather = z.infer<typeof Gather>;

/** What stands in the list of codes; the code itself is shown once, when it is made. */
export const EnrolmentCodeRow = z.object({
  id: Id,
  kind: AgentKind,
  title: z.string(),
  schoolName: z.string(),
  channelLimit: z.int(),
  /** End of the enrolment that it makes. */
  expiresAt: Moment.nullable(),
  createdAt: Moment,
  /** The code itself is good until then. */
  validUntil: Moment,
  state: z.enum(['open', 'used', 'lapsed']),
  usedAt: Moment.nullable(),
  /** Title of the agent that used it, or that it lets in again. */
  agentTitle: z.string().nullable(),
});
export type EnrolmentCodeRow = z.infer<typeof EnrolmentCodeRow>;

export const managedGatherRoutes = {
  listGathers: route({
    method: 'GET',
    path: '/api/gathers',
    access: 'admin',
    summary: 'Gathers with their state, school and machine.',
    query: listQuery(['title', 'school', 'lastSeenAt', 'channels'], 'title').extend({
      ids: OnlyIds.optional(),
      schoolId: Id.optional(),
      online: z.stringbool().optional(),
    }),
    response: pageOf(GatherRow).extend({ online: z.int() }),
  }),
  getGather: route({
    method: 'GET',
    path: '/api/gathers/:id',
    access: 'admin',
    summary: 'One gather with its settings, disks and uploads.',
    params: IdParams,
    response: Gather,
  }),
  editGather: route({
    method: 'PATCH',
    path: '/api/gathers/:id',
    access: 'admin',
    summary: 'Changes title, school or settings of a gather; fields left out stay. It takes them on at once, or when it connects.',
    params: IdParams,
    // Not made of GatherTuning: its defaults would come in where a field is left out.
    body: z
      .object({
        title: Name,
        schoolId: Id.nullable(),
        channelLimit: ChannelLimit,
        expiresAt: Moment.nullable(),
        tuning: z
          .object({
            mainKbps: z.int().min(32).max(8192),
            subKbps: z.int().min(32).max(8192),
            sliceMinutes: z.int().min(0).max(30),
            overlapGops: z.int().min(0).max(3),
            snapshotMinutes: z.int().min(1).max(10),
            reconnectsCameras: z.boolean(),
            reconnectsStorage: z.boolean(),
            uploadKbps: z.int().min(0).max(1_000_000),
            parallelUploads: z.int().min(1).max(4),
          })
          .partial(),
      })
      .partial(),
    response: Gather,
  }),
  gatherUsage: route({
    method: 'GET',
    path: '/api/gathers/:id/usage',
    access: 'admin',
    summary: 'What hangs on a gather: ask before deleting it.',
    params: IdParams,
    response: Usage,
  }),
  deleteGather: route({
    method: 'DELETE',
    path: '/api/gathers/:id',
    access: 'admin',
    summary: 'Deletes a gather that has no channels any more; its key is void.',
    params: IdParams,
    query: ConfirmQuery,
  }),
  revokeGather: route({
    method: 'POST',
    path: '/api/gathers/:id/revoke',
    access: 'admin',
    summary: 'Makes the key of a gather void and ends its connection; its channels stay.',
    params: IdParams,
    response: Gather,
    status: 200,
  }),
  listEnrolmentCodes: route({
    method: 'GET',
    path: '/api/enrolment-codes',
    access: 'admin',
    summary: 'Codes for gathers and live servers on other machines, newest first; never the codes themselves.',
    response: z.object({ rows: z.array(EnrolmentCodeRow) }),
  }),
  deleteEnrolmentCode: route({
    method: 'DELETE',
    path: '/api/enrolment-codes/:id',
    access: 'admin',
    summary: 'Takes a code back that was not used yet, or forgets one that was.',
    params: IdParams,
  }),
};
