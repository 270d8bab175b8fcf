// HTTP of the agents' room.
import { AppError, type Enrolment, routes } from '@lubo/contract';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import type { Serve } from '../http/serve.ts';
import type { Agents } from './agents.ts';
import type { Enrolments, NewEnrolment } from './enrolment.ts';

export type AgentRoutesOptions = {
  agents: Agents;
  enrolments: Enrolments;
  /** After an enrolment has been stored. */
  onEnrolled(enrolment: Enrolment, request: NewEnrolment): Promise<void>;
};

/** Registers the room's operations. */
export function agentRoutes(serve: Serve, { agents, enrolments, onEnrolled }: AgentRoutesOptions): void {
  // Codes can't be guessed; this keeps anybody from keeping the database busy with trying.
  const tries = new RateLimiterMemory({ points: 60, duration: 60 });

  serve(routes.enrol, async ({ body }, call) => {
    await tries.consume(call.ip).catch(() => {
      throw new AppError('too-many', 'too-many-enrolments', 'Too many enrolments from this address; try again in a minute.', { retryAfterSeconds: 60 });
    });
    const enrolment = await enrolments.enrol(body);
    await onEnrolled(enrolment, body);
    return enrolment;
  });
  serve(routes.createEnrolmentCode, ({ body }) => enrolments.createCode(body));
  serve(routes.listEnrolmentCodes, async () => ({ rows: await enrolments.listCodes() }));
  serve(routes.deleteEnrolmentCode, ({ params }) => enrolments.deleteCode(params.id));
  serve(routes.listAgents, async ({ query }) => ({ rows: await agents.list(query.kind) }));
}
