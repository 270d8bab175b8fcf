// Keeps one connection from an agent to the site for as long as the process lives. See docs/design/desired-state.md.
import { type AgentFacts, type AgentKind, type GatherReport, type LiveReport, type Resources, relayDeadSeconds, relayPingSeconds } from '@lubo/contract';
import type { Logger } from 'pino';

/** Whole report of an agent, as it travels. */
export type AgentReport = { type: 'gather-report'; report: GatherReport } | { type: 'live-report'; report: LiveReport };

/** Whether a state was kept on disk from an earlier life (perhaps stale) or has just come from the site. */
export type StateOrigin = 'disk' | 'site';

export type AgentOptions = {
  kind: AgentKind;
  /** `http(s)://host[:port]` of the site. */
  siteUrl: string;
  /** Enrolment code, needed only while there is no (accepted) key in `dataDir`. */
  code: string | undefined;
  /** `<dataDir>/gather` or `<dataDir>/live`: agent.json and state.json lie there. */
  dataDir: string;
  facts: AgentFacts;
  log: Logger;
  /** The whole desired state: once at start when one is kept on disk, then after each message that changes it. */
  onState(resources: Resources, revision: number, origin: StateOrigin): void;
  /** What is, now; called for each report that is sent. */
  report(): AgentReport;
  /** For tests. */
  timing?: Partial<AgentTiming>;
};

export type AgentLink = {
  readonly isConnected: boolean;
  /** Sends a report within 100 ms, together with whatever else changes until then. */
  reportSoon(): void;
  /** Ends the connection and waits for the state's last write. */
  close(): Promise<void>;
};

export type AgentTiming = {
  reportDebounceMillis: number;
  reportMillis: number;
  pingMillis: number;
  deadMillis: number;
  firstRetryMillis: number;
  longestRetryMillis: number;
  /** Pause after the site has refused key or code. */
  refusedRetryMillis: number;
  /** Longest wait for an answer to an enrolment or a handshake. */
  answerMillis: number;
};

export const defaultTiming: AgentTiming = {
  reportDebounceMillis: 100,
  reportMillis: 5_000,
  pingMillis: relayPingSeconds * 1000,
  deadMillis: relayDeadSeconds * 1000,
  firstRetryMillis: 200,
  longestRetryMillis: 10_000,
  refusedRetryMillis: 30_000,
  answerMillis: 10_000,
};

/** Dials the site, now and again after every loss; never throws, faults are logged. */
export function connectAgent(options: AgentOptions): AgentLink {
  throw new Error(`the link of ${options.kind} is being laid`);
}
