// Where an agent of this machine finds its site.
import type { Config } from './schema.ts';

/** Address of the site; `isOwnMachine` when none is named, so that it is the one of this very machine, over loopback. */
export type SitePlace = { siteUrl: string; isOwnMachine: boolean };

/** The site that `part` belongs to. */
export function sitePlaceOf(config: Config, part: 'live' | 'gather'): SitePlace {
  const { siteUrl } = config[part];
  if (siteUrl !== undefined) return { siteUrl, isOwnMachine: false };
  const scheme = config.site.tls.certFile === undefined ? 'http' : 'https';
  return { siteUrl: `${scheme}://127.0.0.1:${config.site.port}`, isOwnMachine: true };
}
