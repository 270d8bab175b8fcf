// Keeps one connection from an agent to the site for as long as the process lives. See docs/design/desired-state.md.
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type AgentFacts,
  type AgentKind,
  type Enrolment,
  type HeldState,
  type Resources,
  applyDown,
  relayProtocol,
} from '@lubo/contract';
import type { Logger } from 'pino';
import { type Backoff, createBackoff } from './backoff.ts';
import { type AgentReport, type Connection, type ConnectionEnd, openConnection } from './connection.ts';
import { type AgentDisk, openAgentDisk } from './disk.ts';
import { type EnrolResult, enrol } from './enrol.ts';
import { type AgentTiming, defaultTiming } from './timing.ts';

/** Whether a state was kept on disk from an earlier life (perhaps stale) or has just come from the site. */
export type StateOrigin = 'disk' | 'site';

export type AgentOptions = {
  kind: AgentKind;
  /** `http(s)://host[:port]` of the site. */
  siteUrl: string;
  /** The site is this very machine, reached by loopback: the certificate that it has for its name is not checked. */
  isOwnMachine?: boolean;
  /** Enrolment code, needed only while there is no (accepted) key in `dataDir`. */
  code: string | undefined;
  /** `<dataDir>/gather` or `<dataDir>/live`: agent.json and state.json lie there. */
  dataDir: string;
  /** Read anew for each connection: a machine that starts may get its address later. */
  readonly facts: AgentFacts;
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
  /** What other requests to the site are signed with: `<id>.<key>`; `undefined` until this agent has enrolled. */
  readonly bearer: string | undefined;
  /** Sends a report within 100 ms, together with whatever else changes until then. */
  reportSoon(): void;
  /** Ends the connection and waits for the state's last write. */
  close(): Promise<void>;
};

/** Dials the site, now and again after every loss; never throws, faults are logged. */
export function connectAgent(options: AgentOptions): AgentLink {
  const timing = { ...defaultTiming, ...options.timing };
  const log = options.log.child({ room: 'link' });
  const disk = openAgentDisk(options.dataDir, log);
  const stop = new AbortController();
  let connection: Connection | undefined;
  let bearer: string | undefined;

  const dial = (key: Enrolment, backoff: Backoff): Promise<ConnectionEnd> =>
    new Promise((resolve) => {
      bearer = `${key.id}.${key.key}`;
      // Only what came over this connection is a base for changes: the site may have begun anew meanwhile.
      let held: HeldState | undefined;
      const { kind, facts, report } = options;
      const opened = openConnection({
        siteUrl: options.siteUrl,
        isOwnMachine: options.isOwnMachine ?? false,
        key,
        hello: { type: 'hello', protocol: relayProtocol, kind, facts },
        timing,
        onOpen: () => log.info('connected to the site'),
        onMessage(message) {
          const next = applyDown(held, message);
          if (next === 'resync') return opened.send({ type: 'resync' });
          if (next !== held) {
            held = next;
            disk.keepState(next);
            options.onState(next.resources, next.revision, 'site');
          }
          backoff.reset();
          opened.send({ type: 'applied', revision: next.revision });
          opened.reportSoon();
        },
        report,
        onEnd: resolve,
      });
      connection = opened;
    });

  const running = keepLink({ options, timing, log, disk, signal: stop.signal, dial });
  return {
    get isConnected() {
      return connection?.isOpen ?? false;
    },
    get bearer() {
      return bearer;
    },
    reportSoon: () => connection?.reportSoon(),
    async close() {
      stop.abort();
      connection?.close();
      await running;
      await disk.settled();
    },
  };
}

/** Some six seconds of trying: a site that starts together with its agents is there by then. */
const timesBeforeWarning = 6;

type Link = {
  options: AgentOptions;
  timing: AgentTiming;
  log: Logger;
  disk: AgentDisk;
  signal: AbortSignal;
  dial(key: Enrolment, backoff: Backoff): Promise<ConnectionEnd>;
};

async function keepLink(link: Link): Promise<void> {
  const { options, timing, log, disk, signal } = link;
  const kept = await disk.readState();
  if (kept && !signal.aborted) takeKept(link, kept);

  const backoff = createBackoff({ firstMillis: timing.firstRetryMillis, longestMillis: timing.longestRetryMillis });
  const tell = faultTeller(log);
  let key = await disk.readKey();
  let isKeyRefused = false;
  while (!signal.aborted) {
    const isEnrolling = key === undefined || (isKeyRefused && options.code !== undefined);
    let end: ConnectionEnd;
    if (isEnrolling || key === undefined) {
      const result = await enrolAnew(link);
      isKeyRefused = false;
      if (result.type === 'enrolled') {
        key = result.key;
        continue;
      }
      end = { type: result.type === 'refused' ? 'refused' : 'lost', reason: result.reason };
    } else {
      end = await link.dial(key, backoff);
      isKeyRefused = end.type === 'refused';
    }
    if (signal.aborted) return;
    // A refused key may be cured by the code at once; anything else that is refused needs a person.
    const isHopeless = end.type === 'refused' && (isEnrolling || options.code === undefined);
    const pauseMillis = isHopeless ? timing.refusedRetryMillis : backoff.next();
    tell(end.reason, pauseMillis, isHopeless);
    await sleep(pauseMillis, undefined, { signal }).catch(() => {});
  }
}

/** A kept state that can't be taken on must not keep the site's from coming. */
function takeKept({ options, log }: Link, { resources, revision }: HeldState): void {
  try {
    options.onState(resources, revision, 'disk');
  } catch (error) {
    log.error({ reason: String(error) }, 'the desired state kept on disk was not taken on');
  }
}

async function enrolAnew({ options, timing, log, disk, signal }: Link): Promise<EnrolResult> {
  const { siteUrl, isOwnMachine = false, kind, code, facts } = options;
  if (code === undefined) return { type: 'refused', reason: 'there is no key and no enrolment code' };
  const result = await enrol({ siteUrl, isOwnMachine, kind, code, facts, signal: AbortSignal.any([signal, AbortSignal.timeout(timing.answerMillis)]) });
  if (result.type === 'enrolled') {
    log.info({ agent: result.key.id }, 'enrolled at the site');
    await disk.writeKey(result.key).catch((error: unknown) => log.error({ reason: String(error) }, 'the key can not be kept on disk'));
  }
  return result;
}

/** A reason is worth a warning when it lasts, or at once when only a person can mend it; the same one again is a detail. */
function faultTeller(log: Logger): (reason: string, pauseMillis: number, isHopeless: boolean) => void {
  let last = '';
  let times = 0;
  return (reason, pauseMillis, isHopeless) => {
    times = reason === last ? times + 1 : 1;
    last = reason;
    const isWarning = times === (isHopeless ? 1 : timesBeforeWarning);
    log[isWarning ? 'warn' : times === 1 ? 'info' : 'debug']({ reason, pauseMillis }, 'no connection to the site');
  };
}
