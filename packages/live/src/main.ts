// The process of the live server: settings in, two ports and a link to the site out.
import { join } from 'node:path';
import { setFlagsFromString } from 'node:v8';
import { connectAgent, machineFacts } from '@lubo/agent';
import { runPart } from '@lubo/config';
import { pino } from 'pino';
import own from '../package.json' with { type: 'json' };
import { raisePriority } from './priority.ts';

// The old generation is searched each time it has grown by a fifth: bodies of tags live for a GOP, so they die old, and left to V8 it is
// chance how many of them gather first. Here and not on the command line, so that it holds for workers too.
setFlagsFromString('--heap-growing-percent=20');

await runPart('live', async (config) => {
  raisePriority();
  const log = pino({ level: config.logLevel, base: { part: 'live' } });
  const dataDir = join(config.dataDir, 'live');
  const options = {
    config,
    log,
    dataDir,
    get facts() {
      return machineFacts(own.version);
    },
    connectLink: connectAgent,
  };
  // Either way loads nothing of the other.
  const start = config.live.workers > 1 ? (await import('./workers/primary.ts')).startWorkers : (await import('./live.ts')).startLive;
  const { httpPort, rtmpPort, rtmpsPort, close } = await start(options);
  const ready = { http: `port ${httpPort}`, rtmp: `port ${rtmpPort}`, ...(rtmpsPort !== undefined && { rtmps: `port ${rtmpsPort}` }) };
  return { ready, close };
});
