// A source on the network, dialled again and again: growing pauses after a loss, none after a wrong password.
import { createBackoff } from '@lubo/agent';
import type { ChannelFault, ChannelFaultCode, ChannelNoticeCode, CodedFault } from '@lubo/contract';
import type { Logger } from 'pino';
import { type Clock, sleep } from '../clock.ts';
import { faultOf } from './source-error.ts';
import type { Source, SourceHealth, SourceOutput } from './source.ts';

/** How one connection ended. */
export type DialEnd = {
  fault: CodedFault<ChannelFaultCode>;
  /** The same again would end the same, or lock the camera: only other settings help. */
  isFinal: boolean;
};

/** One connection. `lost` adds RTP packets that never came. */
export type DialOutput = Pick<SourceOutput, 'begin' | 'change' | 'packets'> & {
  lost(packets: number): void;
  /** Replaces the notice of that code, or takes it back. */
  notice(code: ChannelNoticeCode, detail: string | undefined): void;
};

/** Plays until the connection ends or `signal` aborts, and closes what it opened; what it rejects with is a fault, too. */
export type Dial = (output: DialOutput, signal: AbortSignal) => Promise<DialEnd>;

export type DialledTiming = {
  firstRetryMillis: number;
  longestRetryMillis: number;
  /** Video for so long and the next loss is the first again. */
  goodMillis: number;
  /** How often a source that may not dial by itself looks whether it may again. */
  idleMillis: number;
};

const defaultTiming: DialledTiming = { firstRetryMillis: 1_000, longestRetryMillis: 60_000, goodMillis: 30_000, idleMillis: 5_000 };

export type DialledOptions = {
  dial: Dial;
  clock: Clock;
  log: Logger;
  /** Whether a lost source is dialled again by itself, as the settings stand. */
  reconnects(): boolean;
  timing?: Partial<DialledTiming> | undefined;
};

const mostNotices = 4;

/** A source that dials when it is started, and after each loss. */
export function createDialledSource(options: DialledOptions): Source {
  const timing = { ...defaultTiming, ...options.timing };
  const stop = new AbortController();
  const health = { lostPackets: 0, notices: new Map<string, ChannelFault>() };
  let running: Promise<void> | undefined;
  return {
    start(output) {
      running ??= dialAgainAndAgain({ ...options, timing, output, signal: stop.signal, health });
    },
    health: (): SourceHealth => ({ lostPackets: health.lostPackets, notices: [...health.notices.values()].slice(0, mostNotices) }),
    async stop() {
      stop.abort();
      await running;
    },
  };
}

type Run = DialledOptions & {
  timing: DialledTiming;
  output: SourceOutput;
  signal: AbortSignal;
  health: { lostPackets: number; notices: Map<string, ChannelFault> };
};

async function dialAgainAndAgain(run: Run): Promise<void> {
  const { clock, log, timing, signal, output } = run;
  const backoff = createBackoff({ firstMillis: timing.firstRetryMillis, longestMillis: timing.longestRetryMillis });
  while (!signal.aborted) {
    const { fault, isFinal, playedMillis } = await dialOnce(run);
    if (signal.aborted) return;
    if (playedMillis >= timing.goodMillis) backoff.reset();
    if (isFinal) {
      log.warn({ ...fault }, 'the source gives no video; it is not tried again until its settings change');
      output.fault(fault);
      return;
    }
    if (!run.reconnects()) {
      log.warn({ ...fault }, 'the source gives no video; reconnecting is switched off');
      output.fault({ code: fault.code, detail: bounded(`${fault.detail}; reconnecting is switched off in the gather's settings`) });
      while (!signal.aborted && !run.reconnects()) await sleep(clock, timing.idleMillis, signal);
      continue;
    }
    const pauseMillis = backoff.next();
    log.warn({ ...fault, pauseMillis }, 'the source gives no video');
    output.fault(fault);
    await sleep(clock, pauseMillis, signal);
  }
}

async function dialOnce({ dial, clock, log, output, signal, health }: Run): Promise<DialEnd & { playedMillis: number }> {
  let begunAt: number | undefined;
  health.notices.clear();
  const own: DialOutput = {
    begin(tracks) {
      begunAt ??= clock.now();
      output.begin(tracks);
    },
    change: output.change,
    packets: output.packets,
    lost: (packets) => (health.lostPackets += packets),
    notice(code, detail) {
      if (detail === undefined) health.notices.delete(code);
      else health.notices.set(code, { code, detail: bounded(detail) });
    },
  };
  const playedMillis = (): number => (begunAt === undefined ? 0 : clock.now() - begunAt);
  try {
    const { fault, isFinal } = await dial(own, signal);
    return { fault: { code: fault.code, detail: bounded(fault.detail) }, isFinal, playedMillis: playedMillis() };
  } catch (error) {
    const fault = faultOf(error);
    if (fault.code === 'internal') log.error({ err: error }, 'a source failed');
    return { fault, isFinal: false, playedMillis: playedMillis() };
  }
}

function bounded(text: string): string {
  return text.length > 512 ? `${text.slice(0, 511)}…` : text;
}
