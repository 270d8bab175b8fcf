// The gather's process: settings, link to the site, channels, console.
import { join, resolve } from 'node:path';
import { type AgentLink, connectAgent, machineFacts } from '@lubo/agent';
import { runPart, sitePlaceOf } from '@lubo/config';
import { type Logger, pino } from 'pino';
import packageFile from '../package.json' with { type: 'json' };
import { systemClock } from './clock.ts';
import { createCodecWorker } from './codec-worker/codec-worker.ts';
import { startConsole } from './console/server.ts';
import { type Gather, createGather } from './gather.ts';
import { openRecordings } from './recorder/recordings.ts';
import { openAlive } from './schedule/alive.ts';
import { createSnapshots } from './snapshot/snapshots.ts';
import { openSource } from './source/open.ts';

const { version } = packageFile;

await runPart('gather', async (config) => {
  const log: Logger = pino({ level: config.logLevel, base: { part: 'gather' } });
  const { consoleHost, consolePort, code, recordDirs, reserveMegabytes } = config.gather;
  const dataDir = resolve(config.dataDir, 'gather');
  let link: AgentLink | undefined;
  let gather: Gather | undefined;
  const onChange = (): void => link?.reportSoon();
  const codec = createCodecWorker({ clock: systemClock, log, onBackend: onChange });
  const snapshots = createSnapshots({ codec, clock: systemClock, log, intervalMillis: () => (gather?.settings?.snapshotMinutes ?? 2) * 60_000 });
  // Before all else: a second gather on this machine ends here, before it can fight for the first one's recordings and channels.
  const screen = await startConsole({
    host: consoleHost,
    port: consolePort,
    status: () => ({ isConnected: link?.isConnected ?? false, version, title: gather?.settings?.title }),
    channels: () => gather?.channels() ?? [],
  });
  const alive = await openAlive({ folder: dataDir, clock: systemClock, wall: Date.now, log });
  const recordings = await openRecordings({
    dataDir,
    folders: recordDirs.length > 0 ? recordDirs.map((folder) => resolve(folder)) : [join(dataDir, 'recordings')],
    reserveBytes: reserveMegabytes * 2 ** 20,
    clock: systemClock,
    now: Date.now,
    log,
    onChange,
  });
  const started = createGather({
    openSource,
    openSound: codec.openSound,
    recordings,
    clock: systemClock,
    log,
    onChange,
    attach: snapshots.attach,
    notices: () => [...recordings.notices(), ...codec.notices()],
  });
  gather = started;
  link = connectAgent({
    kind: 'gather',
    ...sitePlaceOf(config, 'gather'),
    code: code ?? config.localCode,
    dataDir,
    get facts() {
      return machineFacts(version);
    },
    log,
    onState(resources, _revision, origin) {
      started.apply(resources, origin);
      // Only what was known before it went down can have been missed.
      if (origin === 'disk' && alive.before !== undefined) started.noteDown(alive.before);
    },
    report: () => ({ type: 'gather-report', report: started.report() }),
  });
  alive.begin();
  return {
    ready: { console: screen.url },
    async close() {
      await link?.close();
      await Promise.all([started.close(), screen.close(), alive.stop()]);
      await recordings.close();
      codec.close();
    },
  };
});
