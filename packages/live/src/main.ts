// The process of the live server: settings in, two ports and a link to the site out.
import { join } from 'node:path';
import { connectAgent, machineFacts } from '@lubo/agent';
import { runPart } from '@lubo/config';
import { pino } from 'pino';
import own from '../package.json' with { type: 'json' };
import { startLive } from './live.ts';

await runPart('live', async (config) => {
  const log = pino({ level: config.logLevel, base: { part: 'live' } });
  const dataDir = join(config.dataDir, 'live');
  const { httpPort, rtmpPort, rtmpsPort, close } = await startLive({ config, log, dataDir, facts: machineFacts(own.version), connectLink: connectAgent });
  const ready = { http: `port ${httpPort}`, rtmp: `port ${rtmpPort}`, ...(rtmpsPort !== undefined && { rtmps: `port ${rtmpsPort}` }) };
  return { ready, close };
});
