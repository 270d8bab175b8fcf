// GET and HEAD of /live/<name>.flv: admission, then a place in the stream; the socket is the viewer's from its first media on.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { AppError } from '@lubo/contract';
import type { Logger } from 'pino';
import type { Admission, AdmissionFault } from '../admission.ts';
import { answer, answerProblem, rawHead } from '../http-answer.ts';
import type { Hub } from '../hub.ts';
import type { Limits } from '../limits.ts';
import { socketSink } from '../socket-sink.ts';
import { flvDelivery, flvHeaders } from './http-flv.ts';

export type FlvContext = {
  hub: Hub;
  admission: Admission;
  limits: Limits;
  log: Logger;
  /** Sockets that carry a stream: no further request may be answered on them. */
  taken: WeakSet<Socket>;
  onRefusal(reason: string): void;
};

const head = rawHead(flvHeaders);

/** Why a token does not open a stream, as a problem. */
export function admissionProblem(fault: AdmissionFault): AppError {
  if (fault === 'no-keys') {
    return new AppError('unavailable', 'no-keys', 'This live server has not yet heard from the site.', { retryAfterSeconds: 1 });
  }
  return new AppError('denied', `token-${fault}`, `The token in the address is ${fault}: ask the site for a new address.`);
}

/** Answers one request for a stream. */
export function serveFlv(context: FlvContext, name: string, token: string | null, request: IncomingMessage, response: ServerResponse): void {
  const { hub, admission, log } = context;
  const fault = admission.check(name, 'play', token);
  if (fault !== undefined) {
    log.info({ stream: name, peer: request.socket.remoteAddress, reason: `token ${fault}` }, 'viewer refused');
    context.onRefusal(`token-${fault}`);
    answerProblem(response, admissionProblem(fault));
  } else if (request.method === 'HEAD') {
    if (hub.isPublishing(name)) answer(response, 200, 'video/x-flv', '', { Connection: 'close' });
    else answerProblem(response, new AppError('not-found', 'no-video', 'Nobody publishes this stream.'));
  } else {
    join(context, name, request, response);
  }
}

function join(context: FlvContext, name: string, request: IncomingMessage, response: ServerResponse): void {
  const { hub, limits, log, taken } = context;
  const { socket } = request;
  let reason = 'left';
  const delivery = flvDelivery({
    sink: socketSink(socket),
    head,
    lingerMillis: limits.lingerMillis,
    onBegin: () => taken.add(socket),
    onEnd: (end) => (reason = end),
    refuse(problem) {
      context.onRefusal(reason);
      answerProblem(response, problem);
    },
  });
  const seat = hub.join(name, delivery);
  if (seat === undefined) {
    context.onRefusal('full');
    answerProblem(response, new AppError('unavailable', 'full', 'This live server takes no further streams.', { retryAfterSeconds: 5 }));
    return;
  }
  const cameAt = performance.now();
  const peer = socket.remoteAddress;
  response.once('close', () => {
    seat.leave();
    const seconds = Math.round((performance.now() - cameAt) / 100) / 10;
    log.info({ stream: name, peer, protocol: 'flv', reason, seconds, bytes: seat.viewer.bytesOut }, 'viewer left');
  });
}
