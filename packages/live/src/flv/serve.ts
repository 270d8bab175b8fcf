// A stream as FLV over HTTP: admission, then a place in the stream; the socket is the viewer's from its first media on.
import type { Socket } from 'node:net';
import { AppError } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Admission, AdmissionFault } from '../admission.ts';
import { rawHead } from '../http-answer.ts';
import type { Hub } from '../hub.ts';
import type { Limits } from '../limits.ts';
import type { Peer } from '../peer.ts';
import { socketSink } from '../socket-sink.ts';
import { flvDelivery, flvHeaders } from './http-flv.ts';

export type FlvContext = {
  hub: Hub;
  admission: Admission;
  limits: Limits;
  log: Logger;
  onRefusal(reason: string): void;
};

/** A GET of a stream, however it was read. */
export type FlvRequest = {
  name: string;
  token: string | null;
  socket: Socket;
  peer: Peer;
  /** From here on the socket carries media. */
  onBegin?(): void;
  /** Answers with a problem instead of a stream. */
  refuse(problem: AppError): void;
  /** Runs once when the answer is over. */
  onceOver(run: () => void): void;
};

const head = rawHead(flvHeaders);

/** Why a token does not open a stream, as a problem. */
export function admissionProblem(fault: AdmissionFault): AppError {
  if (fault === 'no-keys') {
    return new AppError('unavailable', 'no-keys', 'This live server has not yet heard from the site.', { retryAfterSeconds: 1 });
  }
  return new AppError('denied', `token-${fault}`, `The token in the address is ${fault}: ask the site for a new address.`);
}

/** Why this request may not have the stream; logged and counted. */
export function admissionOf(context: FlvContext, { name, token, peer }: Pick<FlvRequest, 'name' | 'token' | 'peer'>): AppError | undefined {
  const fault = context.admission.check(name, 'play', token);
  if (fault === undefined) return undefined;
  context.log.info({ stream: name, peer: peer.address, reason: `token ${fault}` }, 'viewer refused');
  context.onRefusal(`token-${fault}`);
  return admissionProblem(fault);
}

/** Answers one request for a stream. */
export function serveFlv(context: FlvContext, request: FlvRequest): void {
  const problem = admissionOf(context, request);
  if (problem === undefined) join(context, request);
  else request.refuse(problem);
}

function join({ hub, limits, log, onRefusal }: FlvContext, request: FlvRequest): void {
  const { name, socket, peer } = request;
  let reason = 'left';
  const delivery = flvDelivery({
    peer,
    sink: socketSink(socket),
    head,
    lingerMillis: limits.lingerMillis,
    onBegin: () => request.onBegin?.(),
    onEnd: (end) => (reason = end),
    refuse(problem) {
      onRefusal(reason);
      request.refuse(problem);
    },
  });
  const seat = hub.join(name, delivery);
  if (seat === undefined) {
    onRefusal('full');
    request.refuse(new AppError('unavailable', 'full', 'This live server takes no further streams.', { retryAfterSeconds: 5 }));
    return;
  }
  const cameAt = performance.now();
  request.onceOver(() => {
    seat.leave();
    const seconds = Math.round((performance.now() - cameAt) / 100) / 10;
    log.info({ stream: name, peer: peer.address, protocol: 'flv', reason, seconds, bytes: seat.viewer.bytesOut }, 'viewer left');
  });
}
