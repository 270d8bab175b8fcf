// The link of a gather or a live server to the site: enrolment, the relay's WebSocket, desired state, reports.
export { type Backoff, createBackoff } from './backoff.ts';
export { machineFacts } from './facts.ts';
export { type AgentLink, type AgentOptions, type AgentReport, type AgentTiming, type StateOrigin, connectAgent, defaultTiming } from './link.ts';
