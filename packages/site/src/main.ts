// The site's process: web pages, HTTP API, sign-in, relay.
import { networkInterfaces } from 'node:os';
import { fileURLToPath } from 'node:url';
import { ownSiteUrl, runPart } from '@lubo/config';
import { pino } from 'pino';
import own from '../package.json' with { type: 'json' };
import { plainAddress } from './live-servers/network.ts';
import { build } from './site.ts';
import { systemClock } from './time.ts';

await runPart('site', async (config) => {
  const log = pino({ level: config.logLevel, base: { part: 'site' } });
  const site = await build(config, {
    clock: systemClock,
    log,
    version: own.version,
    webDir: fileURLToPath(new URL('../../web/dist', import.meta.url)),
    ownAddresses: () => Object.values(networkInterfaces()).flatMap((all) => all?.map((each) => plainAddress(each.address)) ?? []),
  });
  try {
    const port = await site.listen(config.site.host, config.site.port);
    const url = config.site.publicUrl?.replace(/\/+$/, '') ?? ownSiteUrl({ ...config, site: { ...config.site, port } });
    // Behind the # it reaches no proxy's log.
    const setUpPath = site.setUpCode === undefined ? undefined : `/setup#${site.setUpCode}`;
    // The one secret that is meant to be read: without it nobody could become the first administrator.
    if (setUpPath !== undefined) log.info(`no administrator yet: open ${url}${setUpPath} (works once)`);
    const ready: Record<string, string> = setUpPath === undefined ? { url } : { url, setUpPath, setUpUrl: `${url}${setUpPath}` };
    return { ready, close: site.close };
  } catch (error) {
    await site.close();
    throw error;
  }
});
