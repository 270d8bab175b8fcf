// Addresses of a live server as a viewer or a gather reaches it: public ones if it has any, else by where it stands.
import type { LiveAddresses } from '@lubo/contract';
import { isLoopback, urlHost } from './network.ts';

/** A live server as last seen. */
export type LiveServerPlace = { addresses: LiveAddresses; remoteAddress: string };

/** How the asking side reaches this site; `ownAddresses` are the IP addresses of the site's machine. */
export type Asker = { siteHost: string; ownAddresses: readonly string[] };

/** A viewer's addresses of a channel, signed with `token`. */
export function playAddresses(
  place: LiveServerPlace,
  viewer: Asker & { isSecure: boolean },
  channelId: string,
  token: string,
): { flv: string; hls: string; rtmp: string } {
  const { addresses } = place;
  const host = urlHost(isBeside(place.remoteAddress, viewer) ? viewer.siteHost : place.remoteAddress);
  // A page that came over HTTPS may load nothing over plain HTTP.
  const http = addresses.publicHttpUrl ?? `${viewer.isSecure ? 'https' : 'http'}://${host}:${addresses.httpPort}`;
  const rtmp = addresses.publicRtmpUrl ?? `rtmp://${host}:${addresses.rtmpPort}`;
  const stream = `${base(http)}/live/${channelId}`;
  return { flv: `${stream}.flv?token=${token}`, hls: `${stream}.m3u8?token=${token}`, rtmp: `${base(rtmp)}/live/${channelId}?token=${token}` };
}

/** Where a gather at `gather.address` pushes a channel, signed with `token`. */
export function pushAddress(place: LiveServerPlace, gather: Asker & { address: string }, channelId: string, token: string): string {
  const { addresses } = place;
  const rtmp = addresses.publicRtmpUrl ?? `rtmp://${urlHost(pushHost(place, gather))}:${addresses.rtmpPort}`;
  return `${base(rtmp)}/live/${channelId}?token=${token}`;
}

function pushHost(place: LiveServerPlace, gather: Asker & { address: string }): string {
  if (!isBeside(place.remoteAddress, gather)) return place.remoteAddress;
  return isBeside(gather.address, gather) ? '127.0.0.1' : gather.siteHost;
}

/** Whether an address is the site's own machine. */
function isBeside(address: string, { ownAddresses }: Asker): boolean {
  return isLoopback(address) || ownAddresses.includes(address);
}

function base(url: string): string {
  return url.replace(/\/+$/, '');
}
