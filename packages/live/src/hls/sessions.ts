// HLS sessions: each is one viewer, known by the secret name of its playlist and alive by asking for it.
import { randomBytes } from 'node:crypto';
import type { Logger } from 'pino';
import type { Hub, Load } from '../hub.ts';
import type { Limits } from '../limits.ts';
import type { Peer } from '../peer.ts';
import { type Timers, every } from '../timers.ts';
import { Packager } from './packager.ts';
import type { HlsFormat } from './playlists.ts';

/** One viewer. */
export type Session = {
  readonly id: string;
  readonly packager: Packager;
  readonly format: HlsFormat;
  readonly peer: Peer;
  /** Secret of the viewer's own making that ends it. */
  readonly leaveKey: string | undefined;
  readonly cameAt: number;
  seenAt: number;
};

export type SessionsOptions = {
  hub: Hub;
  limits: Limits;
  timers: Timers;
  log: Logger;
  /** Milliseconds since 1970. */
  wallMillis(): number;
  /** What other processes of the same server have. */
  elsewhere?: { readonly load: Load } | undefined;
};

/** All sessions of this process and the packagers that serve them. */
export class Sessions {
  readonly #options: SessionsOptions;
  readonly #sessions = new Map<string, Session>();
  /** Those that serve nobody for the moment, since when. */
  readonly #idle = new Map<Packager, number>();
  readonly #byLeaveKey = new Map<string, Set<Session>>();
  /** Those to which newcomers go, by stream. */
  readonly #current = new Map<string, Packager>();
  /** Those that still serve somebody, by folder. */
  readonly #packagers = new Map<string, Packager>();
  readonly #stopSweeping: () => void;

  constructor(options: SessionsOptions) {
    this.#options = options;
    this.#stopSweeping = every(options.timers, options.limits.sweepMillis, () => this.#sweep());
  }

  /** How many there are. */
  get size(): number {
    return this.#sessions.size;
  }

  /** Memory held by segments of all streams. */
  get bytes(): number {
    let bytes = 0;
    for (const packager of this.#packagers.values()) bytes += packager.bytes;
    return bytes;
  }

  /** The viewers of one stream. */
  of(name: string): Session[] {
    return [...this.#sessions.values()].filter(({ packager }) => packager.name === name);
  }

  /** A new viewer of a stream; undefined when this server takes no more. */
  open(name: string, format: HlsFormat, peer: Peer, leaveKey?: string): Session | undefined {
    const { hub, limits, timers, elsewhere } = this.#options;
    if (hub.isFull || this.#sessions.size + (elsewhere?.load.hlsSessions ?? 0) >= limits.hlsSessions) return undefined;
    const packager = this.#current.get(name) ?? this.#start(name);
    if (packager === undefined) return undefined;
    const now = timers.now();
    const session: Session = { id: randomBytes(16).toString('base64url'), packager, format, peer, leaveKey, cameAt: now, seenAt: now };
    this.#sessions.set(session.id, session);
    if (leaveKey !== undefined) this.#byLeaveKey.set(leaveKey, (this.#byLeaveKey.get(leaveKey) ?? new Set()).add(session));
    packager.count(format, 1);
    this.#idle.delete(packager);
    return session;
  }

  /** A session that asks again, and lives on; undefined when it is over or of another stream. */
  touch(name: string, id: string): Session | undefined {
    const session = this.#sessions.get(id);
    if (session === undefined || session.packager.name !== name) return undefined;
    session.seenAt = this.#options.timers.now();
    return session;
  }

  /** A viewer tells that it has left: ends what it began with this secret. */
  leave(name: string, leaveKey: string): void {
    for (const session of this.#byLeaveKey.get(leaveKey) ?? []) {
      if (session.packager.name !== name) continue;
      this.#forget(session, 'left');
      if (session.packager.audience === 0) this.#idle.set(session.packager, this.#options.timers.now());
    }
  }

  /** The packager whose segments are in this folder. */
  packager(name: string, folder: string): Packager | undefined {
    const packager = this.#packagers.get(folder);
    return packager?.name === name ? packager : undefined;
  }

  /** Ends a session; the last one of a stream ends its packaging. */
  close(session: Session, reason: string): void {
    this.#forget(session, reason);
    if (session.packager.audience === 0 && !this.#idle.has(session.packager)) this.#drop(session.packager);
  }

  #forget(session: Session, reason: string): void {
    if (!this.#sessions.delete(session.id)) return;
    const { packager, format, peer, leaveKey, cameAt } = session;
    this.#forgetLeaveKey(leaveKey, session);
    packager.count(format, -1);
    const seconds = Math.round((this.#options.timers.now() - cameAt) / 100) / 10;
    this.#options.log.info({ stream: packager.name, peer: peer.address, protocol: 'hls', reason, seconds }, 'viewer left');
  }

  #drop(packager: Packager): void {
    this.#idle.delete(packager);
    packager.stop();
    this.#packagers.delete(packager.folder);
  }

  /** Ends all sessions. */
  stop(): void {
    this.#stopSweeping();
    for (const session of this.#sessions.values()) this.close(session, 'stopping');
    for (const packager of this.#idle.keys()) this.#drop(packager);
  }

  #forgetLeaveKey(leaveKey: string | undefined, session: Session): void {
    const all = leaveKey === undefined ? undefined : this.#byLeaveKey.get(leaveKey);
    if (leaveKey === undefined || all === undefined) return;
    all.delete(session);
    if (all.size === 0) this.#byLeaveKey.delete(leaveKey);
  }

  #start(name: string): Packager | undefined {
    const { hub, limits, timers, log, wallMillis, elsewhere } = this.#options;
    if (this.bytes + (elsewhere?.load.hlsBytes ?? 0) > limits.hlsTotalBytes) return undefined;
    const packager: Packager = new Packager(name, {
      hub,
      limits,
      timers,
      log: log.child({ stream: name }),
      wallMillis,
      onEnd: () => {
        if (this.#current.get(name) === packager) this.#current.delete(name);
      },
    });
    this.#current.set(name, packager);
    this.#packagers.set(packager.folder, packager);
    if (packager.start() !== 'full') return packager;
    packager.stop();
    this.#packagers.delete(packager.folder);
    return undefined;
  }

  #sweep(): void {
    const { limits, timers } = this.#options;
    const now = timers.now();
    for (const session of this.#sessions.values()) {
      if (now - session.seenAt > limits.hlsSessionMillis) this.close(session, 'left');
    }
    for (const [packager, since] of this.#idle) if (packager.isEnded || now - since > limits.hlsLingerMillis) this.#drop(packager);
  }
}
