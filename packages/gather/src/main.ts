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
import { type Uploads, startUploads } from './upload/uploads.ts';

const { version } = packageFile;

await runPart('gather', async (config) => {
  const log: Logger = pino({ level: config.logLevel, base: { part: 'gather' } });
  const { consoleHost, consolePort, code, recordDirs, reserveMegabytes } = config.gather;
  const dataDir = resolve(config.dataDir, 'gather');
  let link: AgentLink | undefined;
  let gather: Gather | undefined;
  let uploads: Uploads | undefined;
  const onChange = (): void => link?.reportSoon();
  const codec = createCodecWorker({ clock: systemClock, log, onBackend: onChange });
  const snapshots = createSnapshots({ codec, clock: systemClock, log, intervalMillis: () => (gather?.settings?.snapshotMinutes ?? 2) * 60_000 });
  // Before all else: a second gather on this machine ends here, before it can fight for the first one's recordings and channels.
  const screen = await startConsole({
    host: consoleHost,
    port: consolePort,
    status: () => ({ isConnected: link?.isConnected ?? false, version, title: gather?.settings?.title }),
    channels: () => gather?.channels() ?? [],
    snapshot: snapshots.latest,
    uploads: () => uploads?.status(),
    retryUploads: () => uploads?.retry(),
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
  const place = sitePlaceOf(config, 'gather');
  const { store: slices, lessons } = recordings;
  const going = startUploads({ ...place, bearer: () => link?.bearer, slices, lessons, snapshots, codec, clock: systemClock, log, onChange });
  uploads = going;
  link = connectAgent({
    kind: 'gather',
    ...place,
    code: code ?? config.localCode,
    dataDir,
    get facts() {
      return machineFacts(version);
    },
    log,
    onState(resources, _revision, origin) {
      started.apply(resources, origin);
      if (started.settings !== undefined) going.tune(started.settings);
      // Only what was known before it went down can have been missed.
      if (origin === 'disk' && alive.before !== undefined) started.noteDown(alive.before);
    },
    report: () => ({ type: 'gather-report', report: { ...started.report(), ...going.report() } }),
  });
  alive.begin();
  return {
    ready: { console: screen.url },
    async close() {
      await Promise.all([link?.close(), going.close()]);
      await Promise.all([started.close(), screen.close(), alive.stop()]);
      await recordings.close();
      codec.close();
    },
  };
});
