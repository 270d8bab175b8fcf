// A site in a process of its own on a free port, with the demonstration, for tests that kill it. Arguments: data folder, local code.
import process from 'node:process';
import { Config } from '@lubo/config';
import { pino } from 'pino';
import { build } from '../site.ts';
import { systemClock } from '../time.ts';

const [, , dataDir, localCode] = process.argv;
const site = await build(Config.parse({ dataDir, localCode, demoClip: '/clips/demo.mp4' }), {
  clock: systemClock,
  log: pino({ level: 'error' }),
  version: '1.2.3',
  webDir: '/nowhere',
  ownAddresses: () => [],
});
process.send?.({ port: await site.listen('127.0.0.1', 0) });
process.on('disconnect', () => process.exit(0));
