// "Test connection" of the relay: does this address lead to this very site, and do WebSockets get through?
import { type RelayCheck, Site, relayPath, routes } from '@lubo/contract';
import { WebSocket } from 'ws';

/** Each of the two tries may take so long, in ms. */
const patienceMillis = 5_000;
/** More than the site's own facts ever are. */
const mostBytes = 64 * 1024;

/** Tests `url`; `tag` is this site's own. Never throws: what is wrong is the answer. */
export async function checkRelay(url: string, tag: string): Promise<RelayCheck> {
  const begun = performance.now();
  const told = (state: RelayCheck['state'], detail = ''): RelayCheck => ({ state, detail: detail.slice(0, 256), millis: Math.round(performance.now() - begun) });
  const base = url.replace(/\/+$/, '');
  let found: string | undefined;
  try {
    found = await tagAt(base);
  } catch (error) {
    return told('unreachable', reasonOf(error));
  }
  if (found !== tag) return told('other');
  const status = await upgradeStatus(`${base.replace(/^http/i, 'ws')}${relayPath}`);
  // Without a key the relay refuses by 401: an answer of its own.
  return status === 401 ? told('ready') : told('no-websocket', String(status));
}

/** The tag of the site that answers there; undefined where something else does. */
async function tagAt(base: string): Promise<string | undefined> {
  const response = await fetch(`${base}${routes.getSite.path}`, { signal: AbortSignal.timeout(patienceMillis), redirect: 'manual' });
  const text = await textOf(response);
  try {
    return Site.safeParse(JSON.parse(text)).data?.tag;
  } catch {
    return undefined;
  }
}

async function textOf({ body }: Response): Promise<string> {
  let text = '';
  const decoder = new TextDecoder();
  for await (const part of body ?? []) {
    text += decoder.decode(part as Uint8Array, { stream: true });
    if (text.length > mostBytes) break;
  }
  return text;
}

/** The HTTP status with which an upgrade without a key is refused, or why there was none. */
function upgradeStatus(url: string): Promise<number | string> {
  return new Promise((resolve) => {
    const socket = new WebSocket(url, { handshakeTimeout: patienceMillis, followRedirects: false });
    socket.on('unexpected-response', (request, response) => {
      resolve(response.statusCode ?? 0);
      response.destroy();
      request.destroy();
    });
    socket.on('open', () => {
      resolve(101);
      socket.terminate();
    });
    socket.on('error', (error) => resolve(error.message));
  });
}

function reasonOf(error: unknown): string {
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  return cause instanceof Error ? cause.message : String(cause);
}
