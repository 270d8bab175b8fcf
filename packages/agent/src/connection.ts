// One WebSocket connection to the relay (`/api/relay`): hello, pings, reports out; messages in. Ends once, for one reason.
import type { IncomingMessage } from 'node:http';
import { type GatherReport, type LiveReport, RelayDown, type RelayUp, relayMaxMessageBytes, relayPath } from '@lubo/contract';
import { WebSocket } from 'ws';
import type { AgentTiming } from './timing.ts';

/** Whole report of an agent, as it travels. */
export type AgentReport = { type: 'gather-report'; report: GatherReport } | { type: 'live-report'; report: LiveReport };

/** `refused`: the site does not know the key; `lost`: everything else. */
export type ConnectionEnd = { type: 'refused' | 'lost'; reason: string };

export type ConnectionOptions = {
  siteUrl: string;
  /** See `AgentOptions`. */
  isOwnMachine: boolean;
  key: { id: string; key: string };
  hello: RelayUp & { type: 'hello' };
  timing: AgentTiming;
  onOpen(): void;
  /** A valid message; what it throws ends the connection. */
  onMessage(message: RelayDown): void;
  report(): AgentReport;
  onEnd(end: ConnectionEnd): void;
};

export type Connection = {
  readonly isOpen: boolean;
  send(message: RelayUp): void;
  reportSoon(): void;
  close(): void;
};

/** Unsent bytes beyond which reports are left out: the next one tells all of it again. */
const maxUnsentBytes = 1024 * 1024;

/** Dials; `onEnd` comes exactly once, also when no connection was made. */
export function openConnection(options: ConnectionOptions): Connection {
  const { key, timing } = options;
  const socket = new WebSocket(relayUrl(options.siteUrl), {
    headers: { authorization: `Bearer ${key.id}.${key.key}` },
    handshakeTimeout: timing.answerMillis,
    maxPayload: relayMaxMessageBytes,
    perMessageDeflate: false,
    followRedirects: false,
    // No certificate names a loopback address; what goes there does not leave the machine.
    rejectUnauthorized: !options.isOwnMachine,
  });
  const send = (message: RelayUp): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  const reports = startReports(options.report, timing, (report) => {
    if (socket.bufferedAmount <= maxUnsentBytes) send(report);
  });
  let stopPings: (() => void) | undefined;
  let hasEnded = false;
  const end = (type: ConnectionEnd['type'], reason: string): void => {
    if (hasEnded) return;
    hasEnded = true;
    stopPings?.();
    reports.stop();
    socket.terminate();
    options.onEnd({ type, reason });
  };

  socket.on('upgrade', (response) => {
    stopPings = startPings(socket, response, timing, () => end('lost', `no byte for ${timing.deadMillis} ms`));
  });
  socket.on('open', () => {
    send(options.hello);
    options.onOpen();
    reports.begin();
  });
  socket.on('message', (data, isBinary) => {
    if (hasEnded) return;
    try {
      const message = isBinary ? undefined : messageOf((data as Buffer).toString('utf8'));
      if (message) options.onMessage(message);
    } catch (error) {
      end('lost', `a message could not be taken: ${(error as Error).name}`);
    }
  });
  socket.on('unexpected-response', (_request, response) => {
    const { statusCode } = response;
    end(statusCode === 401 || statusCode === 403 ? 'refused' : 'lost', `the site answered ${statusCode}`);
  });
  socket.on('error', (error) => end('lost', error.message || (error as NodeJS.ErrnoException).code || error.name));
  socket.on('close', (code) => end('lost', `closed with ${code}`));

  return {
    get isOpen() {
      return !hasEnded && socket.readyState === WebSocket.OPEN;
    },
    send,
    reportSoon: reports.soon,
    close: () => end('lost', 'closed here'),
  };
}

function relayUrl(siteUrl: string): string {
  return `${siteUrl.replace(/^http/, 'ws').replace(/\/+$/, '')}${relayPath}`;
}

const knownTypes = new Set<unknown>(RelayDown.options.map((option) => option.shape.type.value));

/** A message of a type that only a newer site knows is passed over; a malformed one of a known type throws. */
function messageOf(text: string): RelayDown | undefined {
  const value = JSON.parse(text) as { type?: unknown } | null;
  return knownTypes.has(value?.type) ? RelayDown.parse(value) : undefined;
}

// Checks are counted, not timed: after a suspended process wakes up, bytes that wait in the socket are read first.
function startPings(socket: WebSocket, response: IncomingMessage, timing: AgentTiming, onDead: () => void): () => void {
  const checksUntilDead = Math.max(1, Math.round(timing.deadMillis / timing.pingMillis));
  let bytesSeen = 0;
  let silentChecks = 0;
  const timer = setInterval(() => {
    const bytes = response.socket.bytesRead;
    silentChecks = bytes === bytesSeen ? silentChecks + 1 : 0;
    bytesSeen = bytes;
    if (silentChecks >= checksUntilDead) onDead();
    else if (socket.readyState === WebSocket.OPEN) socket.ping();
  }, timing.pingMillis);
  return () => clearInterval(timer);
}

function startReports(report: () => AgentReport, timing: AgentTiming, send: (report: AgentReport) => void) {
  let regular: NodeJS.Timeout | undefined;
  let soon: NodeJS.Timeout | undefined;
  const sendNow = (): void => {
    clearTimeout(soon);
    soon = undefined;
    send(report());
  };
  return {
    begin() {
      sendNow();
      regular = setInterval(sendNow, timing.reportMillis);
    },
    soon() {
      if (regular !== undefined) soon ??= setTimeout(sendNow, timing.reportDebounceMillis);
    },
    stop() {
      clearInterval(regular);
      clearTimeout(soon);
      regular = undefined;
    },
  };
}
