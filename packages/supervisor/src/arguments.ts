// The words after `npm start --`.
import { parseArgs } from 'node:util';
import { StartError } from '@lubo/config';

export const usage = `npm start                 site, live server and gather on this machine
npm start -- --demo       the same, with a sample school and a sample classroom
npm start -- --help       this text

Settings: lubo.yaml (see config.example.yaml), or the environment: LUBO_DATA_DIR, LUBO_SITE_PORT, …`;

/** What the words ask for. Throws StartError for words it does not know. */
export function parseArguments(words: readonly string[]): { isDemo: boolean; isHelp: boolean } {
  try {
    const { values } = parseArgs({
      args: [...words],
      options: { demo: { type: 'boolean', default: false }, help: { type: 'boolean', short: 'h', default: false } },
    });
    return { isDemo: values.demo, isHelp: values.help };
  } catch (cause) {
    const [problem] = (cause as Error).message.split('. ');
    throw new StartError(`${problem ?? 'unknown words'}; "npm start -- --help" shows what there is`, { cause });
  }
}
