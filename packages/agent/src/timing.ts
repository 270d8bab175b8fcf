// How often and how long an agent's link waits. Tests shorten these.
import { relayDeadSeconds, relayPingSeconds } from '@lubo/contract';

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
