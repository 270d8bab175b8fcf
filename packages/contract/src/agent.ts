// Agents: the gathers and live servers that dial in to the site, and how they enrol.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, Moment, Name } from './shape.ts';

export const AgentKind = z.enum(['gather', 'live']);
export type AgentKind = z.infer<typeof AgentKind>;

/** What an agent tells of its machine. */
export const AgentFacts = z.object({
  hostname: z.string().max(255),
  os: z.string().max(128),
  ip: z.string().max(64),
  mac: z.string().max(32),
  version: z.string().max(32),
});
export type AgentFacts = z.infer<typeof AgentFacts>;

export const Agent = z.object({
  id: Id,
  kind: AgentKind,
  title: z.string(),
  isOnline: z.boolean(),
  facts: AgentFacts.nullable(),
  lastSeenAt: Moment.nullable(),
});
export type Agent = z.infer<typeof Agent>;

/** The key is shown once; the agent keeps it in its data folder and sends it as `Authorization: Bearer <id>.<key>`. */
export const Enrolment = z.object({ id: Id, key: z.string().min(32).max(128) });
export type Enrolment = z.infer<typeof Enrolment>;

/** A code that enrols one agent, once; shown only in this answer. */
export const EnrolmentCode = z.object({
  id: Id,
  kind: AgentKind,
  code: z.string().min(8).max(128),
  title: z.string(),
  /** The code is good until then. */
  validUntil: Moment,
});
export type EnrolmentCode = z.infer<typeof EnrolmentCode>;

export const agentRoutes = {
  enrol: route({
    method: 'POST',
    path: '/api/agents',
    access: 'public',
    isForAgents: true,
    summary: 'Exchanges an enrolment code for a key of the agent\'s own.',
    body: z.object({ kind: AgentKind, code: z.string().min(8).max(128), facts: AgentFacts }),
    response: Enrolment,
    status: 201,
  }),
  createEnrolmentCode: route({
    method: 'POST',
    path: '/api/enrolment-codes',
    access: 'admin',
    summary: 'Makes a code with which one gather or live server on another machine enrols, once.',
    body: z.object({
      kind: AgentKind,
      title: Name.optional(),
      schoolId: Id.optional(),
      /** Of a gather: most channels. */
      channelLimit: z.int().min(1).max(1024).optional(),
      /** Of a gather: after this moment it stops with a notice. */
      expiresAt: Moment.optional(),
      /** How long the code itself is good. */
      validDays: z.int().min(1).max(365).default(7),
      /** A gather or live server that enrols again with it, keeping all that it had; title and school are its own. */
      agentId: Id.optional(),
    }),
    response: EnrolmentCode,
    status: 201,
  }),
  listAgents: route({
    method: 'GET',
    path: '/api/agents',
    access: 'admin',
    summary: 'All gathers and live servers with their state.',
    query: z.object({ kind: AgentKind.optional() }),
    response: z.object({ rows: z.array(Agent) }),
  }),
};
