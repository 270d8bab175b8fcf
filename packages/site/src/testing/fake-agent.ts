// A gather or live server for tests: the real protocol over a real loopback WebSocket, no more.
import {
  type AgentKind,
  type Enrolment,
  type GatherChannelReport,
  type GatherPush,
  type HeldState,
  type LiveStreamReport,
  RelayDown,
  type RelayUp,
  applyDown,
  relayPath,
  relayProtocol,
} from '@lubo/contract';
import { WebSocket } from 'ws';
import { until } from './until.ts';

export type FakeAgent = {
  id: string;
  /** Desired state as held now. */
  held(): HeldState | undefined;
  /** Every message that came. */
  messages: RelayDown[];
  /** While false, messages are taken on but not confirmed. */
  setConfirming(isConfirming: boolean): void;
  send(message: RelayUp | string): void;
  reportChannels(channels: (Partial<GatherChannelReport> & { id: string })[]): void;
  reportStreams(streams: (Partial<LiveStreamReport> & { name: string })[], addresses?: Record<string, unknown>): void;
  push(channelId: string): GatherPush | undefined;
  until(what: string, isTrue: (resources: Record<string, unknown>) => boolean): Promise<void>;
  /** Close code, or the HTTP status of a refused upgrade. */
  ended: Promise<number>;
  isOpen(): boolean;
  /** Pings that came from the site. */
  pings(): number;
  /** Resolves when the site has received everything that was sent before. */
  settle(): Promise<void>;
  close(): void;
  /** Ends without a goodbye. */
  kill(): void;
};

const facts = { hostname: 'fake', os: 'Linux', ip: '10.0.0.9', mac: '00:11:22:33:44:55', version: '9' };

export type FakeAgentOptions = { headers?: Record<string, string>; hello?: Partial<RelayUp & { type: 'hello' }> | 'none'; autoPong?: boolean };

/** Dials `url` and waits for the connection (or its refusal); says hello unless told otherwise. */
export async function connectFakeAgent(url: string, kind: AgentKind, key: Enrolment, options: FakeAgentOptions = {}): Promise<FakeAgent> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${relayPath}`, {
    headers: { authorization: `Bearer ${key.id}.${key.key}`, ...options.headers },
    autoPong: options.autoPong ?? true,
  });
  const ended = Promise.withResolvers<number>();
  const opened = Promise.withResolvers<void>();
  let held: HeldState | undefined;
  let isConfirming = true;
  let pings = 0;
  const messages: RelayDown[] = [];
  const send = (message: RelayUp | string): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  };
  socket.on('open', opened.resolve);
  socket.on('unexpected-response', (_request, response) => ended.resolve(response.statusCode ?? 0));
  socket.on('close', (code) => ended.resolve(code));
  socket.on('error', () => ended.resolve(0));
  socket.on('ping', () => void (pings += 1));
  socket.on('message', (data) => {
    const message = RelayDown.parse(JSON.parse((data as Buffer).toString()));
    messages.push(message);
    const next = applyDown(held, message);
    if (next === 'resync') return send({ type: 'resync' });
    held = next;
    if (isConfirming) send({ type: 'applied', revision: next.revision });
  });
  await Promise.race([opened.promise, ended.promise]);
  if (options.hello !== 'none') send({ type: 'hello', protocol: relayProtocol, kind, facts, ...options.hello });
  return {
    id: key.id,
    held: () => held,
    messages,
    setConfirming: (value) => void (isConfirming = value),
    send,
    reportChannels: (channels) => send({ type: 'gather-report', report: { channels: channels.map(channelReport) } }),
    reportStreams(streams, addresses = {}) {
      const ports = { httpScheme: 'http' as const, httpPort: 8080, rtmpPort: 1935, ...addresses };
      send({ type: 'live-report', report: { addresses: ports, streams: streams.map(streamReport) } });
    },
    push: (channelId) => held?.resources[`push/${channelId}`] as GatherPush | undefined,
    until: (what, isTrue) => until(what, () => held !== undefined && isTrue(held.resources)),
    ended: ended.promise,
    isOpen: () => socket.readyState === WebSocket.OPEN,
    pings: () => pings,
    settle: () =>
      new Promise((resolve) => {
        socket.once('pong', () => resolve());
        socket.ping();
      }),
    close: () => socket.close(),
    kill: () => socket.terminate(),
  };
}

function channelReport(over: Partial<GatherChannelReport> & { id: string }): GatherChannelReport {
  return { state: 'running', isPushing: false, isRecording: false, receiveKbps: 1000, sendKbps: 0, ...over };
}

function streamReport(over: Partial<LiveStreamReport> & { name: string }): LiveStreamReport {
  return { isPublishing: true, viewers: 0, bytesIn: 0, bytesOut: 0, ...over };
}
