// One viewer's HLS session: begun with a secret of the player's own making, ended by it when the viewer leaves. Without that word
// the live server would count the viewer for half a minute more.

/** A session to be: its playlist's address, and how to end it (also while the page goes). */
export type HlsSession = { url: string; leave(): void };

/** Puts a secret into the playlist's address (`…/live/<name>.m3u8?token=…`). */
export function hlsSession(playlistUrl: string): HlsSession {
  const url = new URL(playlistUrl);
  const secret = randomSecret();
  url.searchParams.set('leave', secret);
  const leaveUrl = `${url.origin}${url.pathname.replace(/\.m3u8$/, '')}/${secret}/leave`;
  return { url: url.href, leave: () => tell(leaveUrl) };
}

/** Calls `run` when the page goes: closed, left, or put aside by a phone. The returned function stops it. */
export function onPageGoes(run: () => void): () => void {
  window.addEventListener('pagehide', run);
  return () => window.removeEventListener('pagehide', run);
}

function tell(url: string): void {
  if (navigator.sendBeacon?.(url)) return;
  // Browsers and add-ons that bar beacons.
  fetch(url, { method: 'POST', keepalive: true }).catch(() => {});
}

/** 132 bits in 22 characters of a URL. */
function randomSecret(): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return Array.from(crypto.getRandomValues(new Uint8Array(22)), (byte) => alphabet[byte & 63]).join('');
}
