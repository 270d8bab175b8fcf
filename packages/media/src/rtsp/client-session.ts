// A client that plays one stream of an RTSP server (RFC 2326), without a socket: OPTIONS, DESCRIBE, SETUP, PLAY, keep-alive, TEARDOWN.

import { writeReceiverReport } from '../rtp/rtcp.ts';
import type { ReceiverStats } from '../rtp/receiver.ts';
import { type RtspClientOptions, type RtspStep, noStep } from './client-options.ts';
import { type RtspClientEvent, refusalOf } from './events.ts';
import { chooseMedia } from './media-choice.ts';
import { MediaInput } from './media-input.ts';
import type { RtspHeaders, RtspRequest, RtspResponse } from './message.ts';
import { headerOf, writeInterleaved } from './message.ts';
import type { Method, Outcome, Pending } from './request-line.ts';
import { RequestLine } from './request-line.ts';
import { readSdp } from './sdp.ts';
import { answerServer } from './server-request.ts';
import { SetupPlan } from './setup-plan.ts';
import { RtspStreamReader } from './stream-reader.ts';
import type { RtspTransport } from './transport.ts';
import { readRtpInfo, readSessionHeader, readTransport, writeTransport } from './transport.ts';
import type { RtspUrl } from './url.ts';
import { baseUri, controlUri, parseRtspUrl, withoutCredentials } from './url.ts';

/** Ms to wait for the answer of a request. */
const answerMillis = 10_000;
/** Ms to wait for the first datagram before another transport is tried. */
const datagramMillis = 5000;

/**
 * One connection to a camera. `now` is in ms of any clock that only rises. `receive` throws FormatError when the stream or
 * the description is hopeless: close the connection. After an event that ends the session nothing more comes.
 */
export class RtspClientSession {
  readonly #options: RtspClientOptions;
  readonly #url: RtspUrl;
  readonly #line: RequestLine;
  readonly #reader: RtspStreamReader;
  readonly #transports: RtspTransport[];
  readonly #random: () => number;
  #input: MediaInput;
  #step = noStep;
  #now = 0;
  #isOver = false;
  #isPlaying = false;
  #playedAt = 0;
  #base: string;
  /** What PLAY, keep-alive and TEARDOWN are said of. */
  #aggregate: string;
  #plan = new SetupPlan();
  #keepAlive: Method = 'OPTIONS';
  #keepAliveMillis = 30_000;
  #nextKeepAlive = Infinity;

  /** Throws FormatError for a malformed address. */
  constructor(options: RtspClientOptions) {
    this.#options = options;
    this.#url = parseRtspUrl(options.url);
    this.#base = this.#url.uri;
    this.#aggregate = this.#url.uri;
    this.#random = options.random ?? Math.random;
    this.#transports = [...(options.transports ?? ['tcp', 'udp'])];
    this.#line = new RequestLine({
      credentials: options.credentials ?? this.#url.credentials,
      hash: options.hash,
      random: this.#random,
      userAgent: options.userAgent ?? 'Lubo',
    });
    this.#reader = new RtspStreamReader(
      {
        message: (message) => (message.type === 'response' ? this.#receiveResponse(message) : this.#answer(message)),
        frame: (channel, bytes, start, end) => this.#receiveFrame(this.#plan.at(channel), bytes, start, end),
      },
      options.limits,
    );
    this.#input = this.#newInput();
  }

  /** Where to connect to. */
  get address(): { host: string; port: number; tls: boolean } {
    return this.#url;
  }

  /** The session is over: close the connection. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Counts by kind of media. */
  get stats(): { video?: ReceiverStats; audio?: ReceiverStats } {
    return this.#input.stats;
  }

  /** Packets of all media that never came. */
  get lost(): number {
    return this.#input.lost;
  }

  /** Connected: the first request. */
  start(now: number): RtspStep {
    return this.#run(now, () => this.#request('OPTIONS', this.#url.uri));
  }

  /** Bytes of the connection (they may be reused afterwards). Throws FormatError: close the connection. */
  receive(bytes: Uint8Array, now: number): RtspStep {
    return this.#run(now, () => this.#reader.receive(bytes));
  }

  /** A datagram of media number channel / 2, RTCP on odd channels (it may be reused afterwards). */
  receiveDatagram(channel: number, bytes: Uint8Array, now: number): RtspStep {
    return this.#run(now, () => this.#receiveFrame(channel, bytes, 0, bytes.length));
  }

  /** Answers the event `ports`: our two UDP ports, or undefined when none are to be had. */
  usePorts(media: number, ports: readonly [rtp: number, rtcp: number] | undefined, now: number): RtspStep {
    return this.#run(now, () => {
      if (media !== this.#plan.number || this.#transports[0] !== 'udp') return;
      if (ports === undefined) this.#nextTransport('no UDP ports are free');
      else this.#setup(ports);
    });
  }

  /** To be called several times a second: keep-alive, reports, late packets, time-outs. */
  tick(now: number): RtspStep {
    return this.#run(now, () => this.#pass());
  }

  /** Ends from our side: the last bytes to send before closing. */
  stop(now: number): RtspStep {
    return this.#run(now, () => {
      this.#input.flush();
      if (this.#line.session !== undefined) this.#request('TEARDOWN', this.#aggregate);
      this.#isOver = true;
    });
  }

  #run(now: number, work: () => void): RtspStep {
    const step: RtspStep = (this.#step = { events: [], send: [], datagrams: [] });
    this.#now = now;
    if (!this.#isOver) work();
    // Kept until the next step, its packets would survive the garbage collector's first look.
    this.#step = noStep;
    return step;
  }

  #newInput(): MediaInput {
    const sink = {
      track: (track: Extract<RtspClientEvent, { type: 'track' }>['track']) => this.#emit({ type: 'track', track }),
      packet: (packet: Extract<RtspClientEvent, { type: 'packet' }>['packet']) => this.#emit({ type: 'packet', packet }),
    };
    return new MediaInput(sink, Math.floor(this.#random() * 2 ** 32));
  }

  #emit(event: RtspClientEvent): void {
    this.#step.events.push(event);
  }

  #finish(event: RtspClientEvent): void {
    if (this.#isOver) return;
    this.#input.flush();
    this.#emit(event);
    // The camera's session does not wait for its time-out.
    if (this.#line.session !== undefined && event.type === 'end') this.#request('TEARDOWN', this.#aggregate);
    this.#isOver = true;
  }

  #request(method: Method, uri: string, headers: RtspHeaders = []): void {
    this.#step.send.push(this.#line.request(method, uri, headers, this.#now));
  }

  #receiveFrame(channel: number, bytes: Uint8Array, start: number, end: number): void {
    if (channel < 0 || this.#isOver) return;
    this.#input.receive(channel >>> 1, (channel & 1) === 1, bytes, start, end, this.#now);
    if ((channel & 1) === 1 && this.#isPlaying && this.#input.hasEnded) this.#finish({ type: 'end', reason: 'bye' });
  }

  #receiveResponse(response: RtspResponse): void {
    if (this.#isOver) return;
    const outcome: Outcome = this.#line.receive(response, this.#now);
    if (outcome === undefined) return;
    if (outcome.type === 'again') this.#step.send.push(outcome.bytes);
    else if (outcome.type === 'unauthorized') this.#finish({ type: 'unauthorized', reason: outcome.reason });
    else this.#take(outcome.request, outcome.response);
  }

  #take(request: Pending, response: RtspResponse): void {
    const { status } = response;
    const location = headerOf(response, 'Location');
    if (status >= 300 && status < 400 && location !== undefined) {
      return this.#finish({ type: 'redirect', url: withoutCredentials(location) });
    }
    if (this.#isPlaying) return this.#keptAlive(request, response);
    if (status >= 300) return this.#refused(request, response);
    switch (request.method) {
      case 'OPTIONS':
        return this.#offered(response);
      case 'DESCRIBE':
        return this.#described(request, response);
      case 'SETUP':
        return this.#setUp(response);
      case 'PLAY':
        return this.#played(response);
      case 'GET_PARAMETER':
      case 'TEARDOWN':
      default:
    }
  }

  /** A refusal before PLAY. OPTIONS is only asked out of politeness; one media less is better than none. */
  #refused({ method }: Pending, response: RtspResponse): void {
    if (method === 'OPTIONS' && response.status !== 503) return this.#describe();
    if (method === 'SETUP') {
      if (response.status === 461) return this.#nextTransport(`${response.status} ${response.reason}`);
      const isOptional = this.#plan.up.length > 0 && this.#plan.current?.media.format.kind === 'audio';
      if (isOptional && response.status < 500 && response.status !== 454) return this.#setupNext();
    }
    const { status, reason: phrase } = response;
    this.#finish({ type: 'refused', reason: refusalOf(status), status, phrase, method });
  }

  #offered(response: RtspResponse): void {
    if (/\bGET_PARAMETER\b/i.test(headerOf(response, 'Public') ?? '')) this.#keepAlive = 'GET_PARAMETER';
    this.#describe();
  }

  #describe(): void {
    this.#request('DESCRIBE', this.#url.uri, [['Accept', 'application/sdp']]);
  }

  #described(request: Pending, response: RtspResponse): void {
    const sdp = readSdp(response.body);
    this.#base = baseUri(request.uri, headerOf(response, 'Content-Base'), headerOf(response, 'Content-Location'));
    this.#aggregate = controlUri(this.#base, sdp.control);
    const { chosen, skipped } = chooseMedia(sdp, this.#options.wants ?? { video: true, audio: true });
    const codecs: { video?: string; audio?: string } = {};
    for (const { format } of chosen) codecs[format.kind] = format.codec;
    this.#emit({ type: 'described', codecs, skipped });
    if (chosen.length === 0) return this.#finish({ type: 'end', reason: 'no-media' });
    // With one control for the whole, relative ones of the media stand on it.
    const base = sdp.control !== undefined && /^rtsps?:/i.test(sdp.control) ? this.#aggregate : this.#base;
    this.#plan = new SetupPlan(chosen.map((media) => ({ media, uri: controlUri(base, media.control), isUp: false, rtcpChannel: 0 })));
    this.#askPorts();
  }

  #askPorts(): void {
    const { number } = this.#plan;
    if (this.#transports[0] === 'udp') this.#emit({ type: 'ports', media: number });
    else this.#setup([2 * number, 2 * number + 1]);
  }

  #setup(pair: readonly [number, number]): void {
    const uri = this.#plan.current?.uri ?? this.#base;
    this.#request('SETUP', uri, [['Transport', writeTransport(this.#transports[0] ?? 'tcp', pair)]]);
  }

  #setUp(response: RtspResponse): void {
    const { current, number } = this.#plan;
    const wanted = this.#transports[0] ?? 'tcp';
    const transport = readTransport(headerOf(response, 'Transport'), wanted);
    const { id, timeoutMillis } = readSessionHeader(headerOf(response, 'Session'));
    if (id !== '') this.#line.session = id;
    this.#keepAliveMillis = Math.max(1000, Math.min(30_000, timeoutMillis / 2));
    if (current === undefined) return;
    if (transport.kind !== wanted) return this.#nextTransport(`the server chose ${transport.kind}`);
    current.isUp = true;
    this.#input.add(number, current.media.format, wanted, this.#options.reorder);
    if (wanted === 'tcp') this.#useChannels(transport.interleaved ?? [2 * number, 2 * number + 1]);
    else if (transport.serverPorts !== undefined) this.#greet(transport.source, transport.serverPorts);
    this.#setupNext();
  }

  #useChannels(pair: readonly [number, number]): void {
    this.#plan.useChannels(pair);
    for (const channel of pair) this.#reader.expect(channel);
  }

  /** Opens the way through address translation and firewalls between us and the camera. */
  #greet(host: string | undefined, [rtpPort, rtcpPort]: readonly [number, number]): void {
    const media = this.#plan.number;
    this.#emit({ type: 'peer', media, host, rtpPort, rtcpPort });
    const empty = new Uint8Array(12);
    empty[0] = 0x80;
    this.#step.datagrams.push({ channel: 2 * media, bytes: empty });
    this.#step.datagrams.push({ channel: 2 * media + 1, bytes: writeReceiverReport(0, [], 'lubo') });
  }

  #setupNext(): void {
    this.#plan.next();
    if (this.#plan.current !== undefined) this.#askPorts();
    else this.#request('PLAY', this.#aggregate, [['Range', 'npt=0.000-']]);
  }

  /** Gives up the present transport; what was set up with it is torn down. */
  #nextTransport(reason: string): void {
    const [given] = this.#transports.splice(0, 1);
    const [next] = this.#transports;
    if (next === undefined || given === undefined) return this.#finish({ type: 'end', reason: 'no-transport' });
    if (this.#line.session !== undefined) this.#request('TEARDOWN', this.#aggregate);
    this.#line.session = undefined;
    this.#isPlaying = false;
    this.#nextKeepAlive = Infinity;
    this.#input = this.#newInput();
    this.#emit({ type: 'transport', transport: next, reason });
    this.#plan.restart();
    this.#askPorts();
  }

  #played(response: RtspResponse): void {
    this.#input.startsAt(this.#plan.rtpTimes(readRtpInfo(headerOf(response, 'RTP-Info'))));
    this.#isPlaying = true;
    this.#playedAt = this.#now;
    this.#input.start(this.#now);
    this.#nextKeepAlive = this.#now + this.#keepAliveMillis;
    this.#emit({ type: 'playing', transport: this.#transports[0] ?? 'tcp', kinds: this.#plan.up.map(({ media }) => media.format.kind) });
  }

  /** Cameras that do not know GET_PARAMETER, whatever they offered, are asked for OPTIONS. */
  #keptAlive({ method }: Pending, { status, reason: phrase }: RtspResponse): void {
    if (status === 454) return this.#finish({ type: 'refused', reason: 'session-not-found', status, phrase, method });
    if (status >= 400 && method === 'GET_PARAMETER') this.#keepAlive = 'OPTIONS';
  }

  #answer(request: RtspRequest): void {
    if (this.#isOver) return;
    const { bytes, end } = answerServer(request, this.#line.session);
    this.#step.send.push(bytes);
    if (end !== undefined) this.#finish(end);
  }

  #pass(): void {
    const now = this.#now;
    for (const { media, bytes } of this.#input.tick(now)) this.#report(media, bytes);
    if (this.#isPlaying && this.#input.silence(now, this.#options.silenceOf ?? 'video') >= (this.#options.silenceMillis ?? 15_000)) {
      return this.#finish({ type: 'end', reason: 'silence' });
    }
    const isWithoutDatagram = this.#isPlaying && this.#transports[0] === 'udp' && now - this.#playedAt >= datagramMillis && !this.#input.hasMedia;
    if (isWithoutDatagram && this.#transports.length > 1) return this.#nextTransport('no datagram came');
    const { pending } = this.#line;
    if (pending !== undefined && now - pending.sentAt >= answerMillis) {
      // While media flows, an unanswered keep-alive means nothing.
      if (!this.#isPlaying) return this.#finish({ type: 'end', reason: 'no-answer' });
      this.#line.forget();
    }
    if (now < this.#nextKeepAlive || this.#line.pending !== undefined) return;
    this.#nextKeepAlive = now + this.#keepAliveMillis;
    this.#request(this.#keepAlive, this.#aggregate);
  }

  #report(media: number, bytes: Uint8Array): void {
    if (this.#transports[0] === 'udp') this.#step.datagrams.push({ channel: 2 * media + 1, bytes });
    else this.#step.send.push(writeInterleaved(this.#plan.rtcpChannel(media), bytes));
  }
}
