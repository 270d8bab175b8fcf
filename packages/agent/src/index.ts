// The link of a gather or a live server to the site: enrolment, the relay's WebSocket, desired state, reports.
export { type Backoff, createBackoff } from './backoff.ts';
export type { AgentReport } from './connection.ts';
export { machineFacts } from './facts.ts';
export { type AgentLink, type AgentOptions, type StateOrigin, connectAgent } from './link.ts';
export { type AgentTiming, defaultTiming } from './timing.ts';
