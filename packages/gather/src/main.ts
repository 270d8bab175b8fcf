// The gather's process: settings, link to the site, channels, console.
import { join } from 'node:path';
import { type AgentLink, connectAgent, machineFacts } from '@lubo/agent';
import { runPart, sitePlaceOf } from '@lubo/config';
import { type Logger, pino } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { systemClock } from './clock.ts';
import { createCodecWorker } from './codec-worker/codec-worker.ts';
import { startConsole } from './console/server.ts';
import { createGather } from './gather.ts';
import { createSnapshots } from './snapshot/snapshots.ts';
import { openSource } from './source/open.ts';

const { version } = packageFile;

await runPart('gather', async (config) => {
  const log: Logger = pino({ level: config.logLevel, base: { part: 'gather' } });
  const { consoleHost, consolePort, code } = config.gather;
  let link: AgentLink | undefined;
  const onChange = (): void => link?.reportSoon();
  const codec = createCodecWorker({ clock: systemClock, log, onBackend: onChange });
  const snapshots = createSnapshots({ codec, clock: systemClock, log, intervalMillis: () => (gather.settings?.snapshotMinutes ?? 2) * 60_000 });
  const gather = createGather({ openSource, openSound: codec.openSound, clock: systemClock, log, onChange, attach: snapshots.attach, notices: codec.notices });
  // Before the link: a second gather on this machine ends here, before it can fight for the first one's channels.
  const screen = await startConsole({
    host: consoleHost,
    port: consolePort,
    status: () => ({ isConnected: link?.isConnected ?? false, version, title: gather.settings?.title }),
    channels: () => gather.channels(),
  });
  link = connectAgent({
    kind: 'gather',
    ...sitePlaceOf(config, 'gather'),
    code: code ?? config.localCode,
    dataDir: join(config.dataDir, 'gather'),
    get facts() {
      return machineFacts(version);
    },
    log,
    onState: (resources, _revision, origin) => gather.apply(resources, origin),
    report: () => ({ type: 'gather-report', report: gather.report() }),
  });
  return {
    ready: { console: screen.url },
    async close() {
      await link?.close();
      await Promise.all([gather.close(), screen.close()]);
      codec.close();
    },
  };
});
