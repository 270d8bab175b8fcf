// `npm start`: site, live server and gather on this machine, restarted when one dies, ended together.
import { mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { ConfigError, StartError, exitConfig, loadConfig } from '@lubo/config';
import { setUpLine, welcome } from './addresses.ts';
import { parseArguments, usage } from './arguments.ts';
import { localCode } from './local-code.ts';
import { openPartLog } from './part-log.ts';
import { checkCertificates, checkFolder, checkPorts } from './preflight.ts';
import { type PartExit, startParts } from './supervise.ts';

const packages = dirname(dirname(dirname(fileURLToPath(import.meta.url))));
const demoClip = join(packages, 'gather', 'demo', 'classroom.mp4');
const say = (text: string): void => void process.stdout.write(`${text}\n`);
const complain = (text: string): void => void process.stderr.write(`lubo: ${text}\n`);

/** A smaller young generation: parts idle much, schools' servers are small, and media bytes are not kept there. */
const smallFlags = ['--max-semi-space-size=2'];
/**
 * What the gather reads dies once it is copied to a ring and a fragment. With less room for the young, what comes in a tenth of a second
 * from many channels would count as old before that; with a smaller heap, what is old would be searched every few seconds.
 */
const gatherFlags = ['--max-semi-space-size=8', '--heap-growing-percent=150'];
/** The C library maps the gather's blocks of media one by one: what a stall has piled up goes back to the system when it is written. */
const gatherEnv = { MALLOC_MMAP_THRESHOLD_: process.env['MALLOC_MMAP_THRESHOLD_'] ?? String(32 * 1024) };

async function start(): Promise<void> {
  const wanted = parseArguments(process.argv.slice(2));
  if (wanted.isHelp) return say(usage);
  const config = loadConfig(process.env, process.cwd());
  await checkPorts(config);
  checkCertificates(config);
  checkFolder(config.dataDir);
  const logDir = join(config.dataDir, 'logs');
  mkdirSync(logDir, { recursive: true });

  const env = {
    ...process.env,
    // Each thread of Node would keep free memory of its own: some megabytes a part, for nothing.
    MALLOC_ARENA_MAX: process.env['MALLOC_ARENA_MAX'] ?? '2',
    LUBO_LOCAL_CODE: config.localCode ?? localCode(config.dataDir),
    ...(wanted.isDemo && config.demoClip === undefined ? { LUBO_DEMO_CLIP: demoClip } : {}),
  };
  const parts = startParts({
    parts: ['site', 'live', 'gather'].map((name) => ({
      name,
      file: join(packages, name, 'src', 'main.ts'),
      log: openPartLog(name, join(logDir, `${name}.log`), complain),
      flags: name === 'gather' ? gatherFlags : smallFlags,
      env: name === 'gather' ? gatherEnv : {},
    })),
    env,
    say: complain,
    // Its start made the link that was printed before void.
    onReadyAgain: (name, { setUpPath }) => void (name === 'site' && setUpPath !== undefined && say(setUpLine(config, setUpPath))),
  });
  const stop = (): void => void parts.stop().then(() => process.exit(0));
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  process.on('SIGHUP', stop);

  void parts.failed.then((exit) => process.exit(exitCodeOf(exit)));
  const facts = await parts.ready;
  say(welcome({ config, setUpUrl: facts.get('site')?.['setUpPath'], isDemo: 'LUBO_DEMO_CLIP' in env, logDir }));
}

function exitCodeOf(exit: PartExit): number {
  complain(`${exit.name} could not start, so nothing was left running`);
  return exit.code ?? 1;
}

try {
  await start();
} catch (error) {
  if (!(error instanceof ConfigError || error instanceof StartError)) throw error;
  for (const line of error.message.split('\n')) complain(line);
  process.exit(exitConfig);
}
