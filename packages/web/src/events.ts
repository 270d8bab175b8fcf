// The site's server-sent events (`/api/events`, WHATWG HTML § 9.2): one connection a page, shared by all who listen. Over
// HTTP/1.1 a browser has six connections to a site for all its tabs: pages that nobody sees give theirs back.
import { type SiteEvents, eventsPath, siteEvents } from '@lubo/contract';

type Name = keyof SiteEvents;

/** What a listener is told. `onGap` comes on connecting and after every interruption: read your lists anew. */
export type EventListeners = {
  onGap(): void;
  /** The connection is gone for now; `onGap` follows when it is back. */
  onLost?(): void;
  on: { [K in Name]?: (data: SiteEvents[K]) => void };
};

/** The part of `EventSource` that is used here. */
export type EventConnection = Pick<EventSource, 'readyState' | 'close'> & Pick<EventTarget, 'addEventListener'>;

const listeners = new Set<EventListeners>();
let connection: EventConnection | undefined;
let reopen: ReturnType<typeof setTimeout> | undefined;
let attempt = 0;
let isAsleep = false;
let sleep: ReturnType<typeof setTimeout> | undefined;
let stopSeeing: (() => void) | undefined;

/** A page out of sight for this long lets go of its connection, in ms. */
const hiddenPatienceMs = 10_000;

/** Listens to the site until the returned function is called. The connection lives while anybody listens. */
export function listen(listener: EventListeners, open: () => EventConnection = () => new EventSource(eventsPath)): () => void {
  listeners.add(listener);
  stopSeeing ??= seePage(open);
  if (connection === undefined && reopen === undefined && !isAsleep) connect(open);
  else if (connection?.readyState === 1) listener.onGap();
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) disconnect();
  };
}

function connect(open: () => EventConnection): void {
  const mine = open();
  connection = mine;
  mine.addEventListener('open', () => {
    attempt = 0;
    for (const listener of listeners) listener.onGap();
  });
  mine.addEventListener('error', () => {
    for (const listener of listeners) listener.onLost?.();
    // A dropped connection is reopened by the browser; one that was refused (readyState 2) is not.
    if (mine.readyState === 2 && connection === mine) retryLater(open);
  });
  for (const name of Object.keys(siteEvents) as Name[]) {
    mine.addEventListener(name, (event) => {
      if (event instanceof MessageEvent) deliver(name, String(event.data));
    });
  }
}

function deliver(name: Name, text: string): void {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return;
  }
  for (const listener of listeners) (listener.on[name] as ((data: unknown) => void) | undefined)?.(data);
}

function retryLater(open: () => EventConnection): void {
  connection?.close();
  connection = undefined;
  const pauseMs = Math.min(1000 * 2 ** attempt, 15_000) * (0.75 + Math.random() / 2);
  attempt += 1;
  reopen = setTimeout(() => {
    reopen = undefined;
    connect(open);
  }, pauseMs);
}

/** Follows whether the page is seen, as long as anybody listens. */
function seePage(open: () => EventConnection): () => void {
  const look = (): void => {
    clearTimeout(sleep);
    if (document.hidden) sleep = setTimeout(fallAsleep, hiddenPatienceMs);
    else if (isAsleep) wakeUp(open);
  };
  document.addEventListener('visibilitychange', look);
  look();
  return () => document.removeEventListener('visibilitychange', look);
}

function fallAsleep(): void {
  closeConnection();
  isAsleep = true;
}

/** The new connection tells all listeners of a gap. */
function wakeUp(open: () => EventConnection): void {
  isAsleep = false;
  connect(open);
}

function disconnect(): void {
  clearTimeout(sleep);
  isAsleep = false;
  stopSeeing?.();
  stopSeeing = undefined;
  closeConnection();
}

function closeConnection(): void {
  clearTimeout(reopen);
  reopen = undefined;
  connection?.close();
  connection = undefined;
  attempt = 0;
}
