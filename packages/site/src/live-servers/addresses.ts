// Addresses of a live server as a viewer or a gather reaches it: public ones if it has any, else by where it stands.
import type { LiveAddresses } from '@lubo/contract';
import { isLoopback, urlHost } from './network.ts';

/** A live server as last seen. */
export type LiveServerPlace = { addresses: LiveAddresses; remoteAddress: string };

/** How the asking side reaches this site; `ownAddresses` are the IP addresses of the site's machine. */
export type Asker = { siteHost: string; ownAddresses: readonly string[] };

/** A viewer's way to a live server; `isSecure` when its page came over HTTPS, which may load nothing over plain HTTP. */
export type Viewer = Asker & { isSecure: boolean };

/** A viewer's addresses of a channel, signed with `token`; undefined when the live server has no HTTPS for one who needs it. */
export function playAddresses(
  place: LiveServerPlace,
  viewer: Viewer,
  channelId: string,
  token: string,
): { flv: string; hls: string; rtmp: string } | undefined {
  const { addresses } = place;
  const host = urlHost(isBeside(place.remoteAddress, viewer) ? viewer.siteHost : place.remoteAddress);
  const own = `${addresses.httpScheme}://${host}:${addresses.httpPort}`;
  const http = [addresses.publicHttpUrl, own].find((url) => url !== undefined && (!viewer.isSecure || isHttps(url)));
  if (http === undefined) return undefined;
  const stream = `${base(http)}/live/${channelId}`;
  const rtmp = addresses.publicRtmpUrl ?? `rtmp://${host}:${addresses.rtmpPort}`;
  return { flv: `${stream}.flv?token=${token}`, hls: `${stream}.m3u8?token=${token}`, rtmp: `${base(rtmp)}/live/${channelId}?token=${token}` };
}

/** A live server itself, for people who look after it. */
export function serverUrls({ addresses, remoteAddress }: LiveServerPlace, asker: Asker): { httpUrl: string; rtmpUrl: string } {
  const host = urlHost(isBeside(remoteAddress, asker) ? asker.siteHost : remoteAddress);
  return {
    httpUrl: addresses.publicHttpUrl ?? `${addresses.httpScheme}://${host}:${addresses.httpPort}`,
    rtmpUrl: addresses.publicRtmpUrl ?? `rtmp://${host}:${addresses.rtmpPort}`,
  };
}

/** Whether pages over HTTPS can play from this live server. */
export function hasHttps({ httpScheme, publicHttpUrl }: LiveAddresses): boolean {
  return httpScheme === 'https' || (publicHttpUrl !== undefined && isHttps(publicHttpUrl));
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

function isHttps(url: string): boolean {
  return /^https:/i.test(url);
}

function base(url: string): string {
  return url.replace(/\/+$/, '');
}
