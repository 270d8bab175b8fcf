// For tests: a whole live server on free ports of loopback with a site that is a switch, and RTMP clients of our own making.
import { type Socket, connect } from 'node:net';
import { connect as connectSecurely } from 'node:tls';
import type { AgentOptions } from '@lubo/agent';
import { readConfig } from '@lubo/config';
import { type StreamAction, signStreamToken } from '@lubo/contract/stream-token';
import { type FlvTag, type RtmpClientEvent, RtmpClientSession } from '@lubo/media';
import { pino } from 'pino';
import type { Limits } from './limits.ts';
import { type Live, startLive } from './live.ts';
import type { LiveOptions, Ports } from './site-link.ts';

export const tokenKey = '7a'.repeat(32);

export type FakeSite = { isConnected: boolean; link: AgentOptions | undefined };

/** A server in this process; `logs` are its lines, oldest first. */
export type FakeLive = {
  live: Live;
  site: FakeSite;
  logs: Record<string, unknown>[];
  token(name: string, action: StreamAction, seconds?: number): string;
  http(path: string): string;
  rtmp(name: string, action: StreamAction, token?: string): string;
};

const token: FakeLive['token'] = (name, action, seconds = 60) => signStreamToken(tokenKey, name, action, Date.now() / 1000 + seconds);

/** What a server is started with: free ports of loopback, and a site that is a switch. */
export function fakeOptions(limits: Partial<Limits> = {}, { hasKeys = true, settings = {} } = {}): { options: LiveOptions; site: FakeSite; logs: FakeLive['logs'] } {
  const site: FakeSite = { isConnected: true, link: undefined };
  const logs: Record<string, unknown>[] = [];
  const log = pino({ level: 'debug' }, { write: (line: string) => void logs.push(JSON.parse(line) as Record<string, unknown>) });
  const config = readConfig({ fileName: '', text: undefined, env: { LUBO_LIVE_HOST: '127.0.0.1', ...settings } });
  config.live.httpPort = config.live.rtmpPort = config.live.rtmpsPort = 0;
  const options: LiveOptions = {
    config,
    log,
    limits: { sweepMillis: 20, ...limits },
    dataDir: '',
    facts: { hostname: '', os: '', ip: '', mac: '', version: '' },
    connectLink(link) {
      site.link = link;
      if (hasKeys) link.onState({ settings: { tokenKeys: [tokenKey] } }, 1, 'site');
      return { get isConnected() { return site.isConnected; }, bearer: undefined, reportSoon() {}, close: () => Promise.resolve() };
    },
  };
  return { options, site, logs };
}

/** Addresses of a server on these ports. */
export function fakeAddresses(ports: Ports): Pick<FakeLive, 'token' | 'http' | 'rtmp'> {
  return {
    token,
    http: (path) => `http://127.0.0.1:${ports.httpPort}${path}`,
    rtmp: (name, action, given = token(name, action)) => `rtmp://127.0.0.1:${ports.rtmpPort}/live/${name}?token=${given}`,
  };
}

/** `hasKeys: false` leaves the server as it is before it has ever heard from the site; `settings` are environment variables. */
export async function startFakeLive(limits: Partial<Limits> = {}, { hasKeys = true, settings = {} } = {}): Promise<FakeLive> {
  const { options, site, logs } = fakeOptions(limits, { hasKeys, settings });
  const live = await startLive(options);
  return { live, site, logs, ...fakeAddresses(live) };
}

/** An RTMP client on a socket; remembers all that it is told. */
export class FakeClient {
  readonly socket: Socket;
  readonly session: RtmpClientSession;
  readonly events: RtmpClientEvent[] = [];
  isClosed = false;

  constructor(url: string, mode: 'publish' | 'play') {
    this.session = new RtmpClientSession({ url, mode });
    const place = { port: Number(new URL(url).port), host: '127.0.0.1' };
    this.socket = url.startsWith('rtmps:') ? connectSecurely({ ...place, rejectUnauthorized: false }) : connect(place);
    this.socket.write(this.session.start());
    this.socket.on('data', (bytes) => {
      const { events, send } = this.session.receive(bytes);
      this.events.push(...events);
      for (const part of send) this.socket.write(part);
    });
    this.socket.on('error', () => {});
    this.socket.on('close', () => (this.isClosed = true));
  }

  has(type: RtmpClientEvent['type']): boolean {
    return this.events.some((event) => event.type === type);
  }

  async ready(): Promise<this> {
    await until('ready', () => this.has('ready') || this.isClosed);
    return this;
  }

  send(tags: readonly FlvTag[]): void {
    for (const tag of tags) this.socket.write(this.session.sendMedia(tag));
  }
}

/** Asks every few milliseconds until it is so; rejects after `seconds`. */
export async function until(what: string, isTrue: () => boolean, seconds = 10): Promise<void> {
  const end = performance.now() + seconds * 1000;
  while (!isTrue()) {
    if (performance.now() > end) throw new Error(`did not come about within ${seconds} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
