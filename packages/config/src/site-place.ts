// Where an agent of this machine finds its site.
import type { Config } from './schema.ts';

/** Address of the site; `isOwnMachine` when none is named, so that it is the one of this very machine. */
export type SitePlace = { siteUrl: string; isOwnMachine: boolean };

/** The site that `part` belongs to. */
export function sitePlaceOf(config: Config, part: 'live' | 'gather'): SitePlace {
  const { siteUrl } = config[part];
  if (siteUrl !== undefined) return { siteUrl, isOwnMachine: false };
  return { siteUrl: ownSiteUrl(config), isOwnMachine: true };
}

/** Address of this machine's own site, as this machine reaches it. */
export function ownSiteUrl({ site }: Config): string {
  const scheme = site.tls.certFile === undefined ? 'http' : 'https';
  return `${scheme}://${ownHost(site.host)}:${site.port}`;
}

/** Loopback, unless the site listens on one address only: then it is to be had nowhere else. */
function ownHost(listensOn: string): string {
  if (listensOn === '0.0.0.0' || listensOn === '::') return '127.0.0.1';
  return listensOn.includes(':') ? `[${listensOn}]` : listensOn;
}
