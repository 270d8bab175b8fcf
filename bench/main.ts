// `npm run bench`: the figures of the main line, one JSON line each: {"bench", "value", "unit", "goal", "samples"}.
// `npm run bench -- memory` runs only the benches whose name contains "memory".
import process from 'node:process';
import { openBrowser } from '../test/e2e/browser.ts';
import { install } from '../test/e2e/installation.ts';
import { snapshotCost } from './codec.ts';
import { clickToPicture, serverFirstKeyframe } from './first-picture.ts';
import { idleMemory } from './memory.ts';
import { type Figure, print } from './figure.ts';

const wanted = process.argv.slice(2);
const isWanted = (name: string): boolean => wanted.length === 0 || wanted.some((word) => name.includes(word));

const benches: { name: string; run: () => Promise<Figure[]> }[] = [
  { name: 'idle memory', run: idleMemory },
  { name: 'codec', run: snapshotCost },
  {
    name: 'first picture',
    async run() {
      const lubo = await install({ args: ['--demo'] });
      const browser = await openBrowser();
      try {
        return [await clickToPicture(lubo, browser, 'cold'), await clickToPicture(lubo, browser, 'warm'), await serverFirstKeyframe(lubo)];
      } finally {
        await browser.close();
        await lubo.stop();
      }
    },
  },
];

for (const bench of benches) {
  if (isWanted(bench.name)) for (const figure of await bench.run()) print(figure);
}
