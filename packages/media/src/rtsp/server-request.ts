// What an RTSP server asks of its client (RFC 2326 §10.3, §10.8, §10.10, RFC 7826 §13.5): that it lives, goes elsewhere, or stops.

import type { RtspClientEvent } from './events.ts';
import type { RtspRequest } from './message.ts';
import { headerOf, writeRtspMessage } from './message.ts';
import { withoutCredentials } from './url.ts';

const known = ['OPTIONS', 'GET_PARAMETER', 'SET_PARAMETER', 'ANNOUNCE', 'REDIRECT', 'TEARDOWN', 'PLAY_NOTIFY'];
const noBody = new Uint8Array(0);

/** The response to a request of the server, and the event with which it ends the session, if it does. */
export function answerServer(request: RtspRequest, session: string | undefined): { bytes: Uint8Array; end: RtspClientEvent | undefined } {
  const { method } = request;
  const sequence = headerOf(request, 'CSeq');
  const headers: [string, string][] = sequence === undefined ? [] : [['CSeq', sequence]];
  if (session !== undefined) headers.push(['Session', session]);
  if (method === 'OPTIONS') headers.push(['Public', known.join(', ')]);
  const [status, reason] = known.includes(method) ? [200, 'OK'] : [501, 'Not Implemented'];
  return { bytes: writeRtspMessage({ type: 'response', status, reason, headers, body: noBody }), end: endOf(request) };
}

function endOf(request: RtspRequest): RtspClientEvent | undefined {
  switch (request.method) {
    case 'ANNOUNCE':
      return { type: 'end', reason: 'announce' };
    case 'TEARDOWN':
      return { type: 'end', reason: 'teardown' };
    case 'REDIRECT': {
      const url = headerOf(request, 'Location');
      return url === undefined ? { type: 'end', reason: 'teardown' } : { type: 'redirect', url: withoutCredentials(url) };
    }
    default:
      return undefined;
  }
}
