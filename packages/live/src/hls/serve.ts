// HLS over HTTP: a master playlist for a token, then a media playlist a session and segments that all sessions share.
import type { IncomingMessage, ServerResponse } from 'node:http';
import { AppError } from '@lubo/contract';
import { playlistContentType } from '@lubo/media';
import type { Logger } from 'pino';
import type { Admission } from '../admission.ts';
import { admissionOf } from '../flv/serve.ts';
import { answer, answerProblem, corsHeaders } from '../http-answer.ts';
import type { Hub } from '../hub.ts';
import type { Limits } from '../limits.ts';
import { peerHeaders, peerOf } from '../peer.ts';
import type { Timers } from '../timers.ts';
import type { Packager, Readiness } from './packager.ts';
import { type HlsFormat, masterPlaylist, mediaPlaylist } from './playlists.ts';
import type { Session, Sessions } from './sessions.ts';

export type HlsContext = {
  hub: Hub;
  sessions: Sessions;
  admission: Admission;
  limits: Limits;
  timers: Timers;
  log: Logger;
  onRefusal(reason: string): void;
};

type Exchange = { request: IncomingMessage; response: ServerResponse };

/** A segment never changes, and nobody asks for it a minute later. */
const segmentCaching = { 'Cache-Control': 'public, max-age=60, immutable' };

/** Answers a request if its address is one of HLS; tells whether it was. */
export function serveHls(context: HlsContext, { pathname, searchParams }: URL, request: IncomingMessage, response: ServerResponse): boolean {
  const exchange = { request, response };
  const name = /^\/live\/([\w-]{1,128})(?:\.m3u8$|\/)/.exec(pathname)?.[1];
  if (name === undefined) return false;
  const rest = pathname.slice('/live/'.length + name.length);
  const session = /^\/([\w-]{22})\.m3u8$/.exec(rest)?.[1];
  const leaving = request.method === 'POST' ? /^\/([\w-]{22})\/leave$/.exec(rest)?.[1] : undefined;
  const [, folder, file] = /^\/([\w-]{22})\/(init-\d{1,9}\.mp4|\d{1,9}\.(?:m4s|ts))$/.exec(rest) ?? [];
  if (rest === '.m3u8') serveMaster(context, name, searchParams, exchange);
  else if (session !== undefined) serveMedia(context, name, session, response);
  else if (leaving !== undefined) serveLeave(context, name, leaving, response);
  else if (folder !== undefined && file !== undefined) serveFile(context, context.sessions.packager(name, folder), file, exchange);
  else return false;
  return true;
}

function serveMaster(context: HlsContext, name: string, query: URLSearchParams, { request, response }: Exchange): void {
  const fault = admissionOf(context, { name, token: query.get('token'), peer: peerOf(request.socket, peerHeaders(request.headers)) });
  const format = formatOf(query.get('format'));
  if (fault !== undefined) {
    answerProblem(response, fault);
  } else if (format === undefined) {
    answerProblem(response, new AppError('invalid', 'bad-format', 'format is neither fmp4 nor ts.'));
  } else if (request.method === 'HEAD') {
    if (context.hub.isPublishing(name)) answer(response, 200, playlistContentType, '');
    else answerProblem(response, problemFor('no-video'));
  } else {
    openSession(context, { name, format, leaveKey: leaveKeyOf(query.get('leave')) }, { request, response });
  }
}

function formatOf(word: string | null): HlsFormat | undefined {
  return word === null || word === 'fmp4' ? 'fmp4' : word === 'ts' ? 'ts' : undefined;
}

/** Short ones could be guessed. */
function leaveKeyOf(given: string | null): string | undefined {
  return given !== null && /^[\w-]{22}$/.test(given) ? given : undefined;
}

type Wish = { name: string; format: HlsFormat; leaveKey: string | undefined };

function openSession({ sessions, onRefusal }: HlsContext, { name, format, leaveKey }: Wish, { request, response }: Exchange): void {
  const session = sessions.open(name, format, peerOf(request.socket, peerHeaders(request.headers)), leaveKey);
  if (session === undefined) return refuse(response, 'full', onRefusal);
  const { packager } = session;
  // Whoever does not wait for the answer is no viewer.
  response.once('close', () => {
    if (!response.writableFinished) sessions.close(session, 'left');
  });
  void packager.whenReady().then((readiness) => {
    if (readiness === 'ready') {
      answer(response, 200, playlistContentType, masterPlaylist(`${name}/${session.id}.m3u8`, packager.list.listed));
    } else {
      sessions.close(session, readiness);
      refuse(response, readiness, onRefusal);
    }
  });
}

function refuse(response: ServerResponse, readiness: Exclude<Readiness, 'ready'>, onRefusal: (reason: string) => void): void {
  onRefusal(readiness);
  answerProblem(response, problemFor(readiness));
}

function problemFor(readiness: Exclude<Readiness, 'ready'>): AppError {
  switch (readiness) {
    case 'no-video':
      return new AppError('not-found', 'no-video', 'Nobody publishes this stream, or no picture came in time.');
    case 'late':
      return new AppError('unavailable', 'no-segment', 'The first segment is not yet complete.', { retryAfterSeconds: 1 });
    case 'stopping':
      return new AppError('unavailable', 'stopping', 'This live server is stopping.', { retryAfterSeconds: 1 });
    case 'full':
      return new AppError('unavailable', 'full', 'This live server takes no further viewers.', { retryAfterSeconds: 5 });
  }
}

function serveMedia({ sessions }: HlsContext, name: string, id: string, response: ServerResponse): void {
  const session: Session | undefined = sessions.touch(name, id);
  if (session === undefined) {
    answerProblem(response, new AppError('gone', 'session-over', 'This session is over: ask the site for a new address.'));
    return;
  }
  const { packager, format } = session;
  answer(response, 200, playlistContentType, mediaPlaylist(packager.list, format, packager.folder, packager.isEnded));
}

/** Whoever knows the secret that a session was begun with is its viewer, and may end it. What is unknown is left unsaid. */
function serveLeave({ sessions }: HlsContext, name: string, leaveKey: string, response: ServerResponse): void {
  sessions.leave(name, leaveKey);
  response.writeHead(204, corsHeaders).end();
}

function serveFile(context: HlsContext, packager: Packager | undefined, file: string, { request, response }: Exchange): void {
  const number = Number(/\d+/.exec(file)?.[0]);
  const isInit = file.startsWith('init-');
  const segment = isInit ? undefined : packager?.list.get(number);
  const bytes = isInit ? packager?.init(number) : file.endsWith('.ts') ? segment?.ts : segment?.fmp4;
  if (packager === undefined || bytes === undefined) {
    const isAhead = packager !== undefined && (isInit || segment !== undefined || number >= packager.list.end);
    const problem = isAhead
      ? new AppError('not-found', 'no-such-segment', 'There is no such segment, or not yet.')
      : new AppError('gone', 'segment-gone', 'This segment is no longer held.');
    answerProblem(response, problem);
    return;
  }
  // Whoever takes longer than a segment lasts many times over holds memory for nothing.
  const cancel = context.timers.after(context.limits.hlsTakeMillis, () => {
    context.log.info({ stream: packager.name, peer: request.socket.remoteAddress, protocol: 'hls', reason: 'stuck' }, 'segment cut off');
    request.socket.destroy();
  });
  response.once('close', () => {
    cancel();
    if (response.writableFinished && request.method !== 'HEAD') packager.countOut(bytes.length);
  });
  answer(response, 200, file.endsWith('.ts') ? 'video/mp2t' : 'video/mp4', bytes, segmentCaching);
}
