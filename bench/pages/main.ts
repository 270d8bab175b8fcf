// `npm run bench:pages`: the public pages in Chromium against a real installation: Lighthouse's scores, how soon a recording shows its
// first picture after a click and after a seek, and whether live comes back after each stall of the network.
// `npm run bench:pages -- --only lighthouse,click --runs 3 --minutes 10 --pages home,live-watch --reports some-folder`
import process from 'node:process';
import { parseArgs } from 'node:util';
import { openBrowser } from '../../test/e2e/browser.ts';
import { print } from '../figure.ts';
import { getLighthouse, judge } from './lighthouse.ts';
import { clickToPicture, seekToPicture } from './recording.ts';
import { type Stand, openStand } from './stand.ts';
import { liveWithStalls } from './stalls.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: 'lighthouse,click,seek,live' },
    runs: { type: 'string', default: '3' },
    minutes: { type: 'string', default: '10' },
    pages: { type: 'string', default: '' },
    reports: { type: 'string' },
  },
});
const only = values.only.split(',');

async function lighthouse({ lubo, live, subjectId, shorts }: Stand): Promise<void> {
  const program = getLighthouse();
  const pages = {
    home: '/',
    subject: `/subjects/${subjectId}`,
    recording: `/recordings/${shorts[0]}`,
    'live-list': '/live',
    'live-watch': `/live/${live.id}`,
    search: `/search?q=${encodeURIComponent('高一')}`,
  };
  for (const [page, path] of Object.entries(pages)) {
    if (values.pages !== '' && !values.pages.split(',').includes(page)) continue;
    const { scores, ...more } = await judge(program, page, `${lubo.siteUrl}${path}`, Number(values.runs), values.reports);
    process.stdout.write(`${JSON.stringify({ bench: `lighthouse, ${page}`, ...scores, goal: 95, ...more })}\n`);
  }
}

if (only.some((name) => name !== 'live')) {
  const stand = await openStand();
  try {
    if (only.includes('lighthouse')) await lighthouse(stand);
    const browser = await openBrowser();
    try {
      if (only.includes('click')) print(await clickToPicture(stand, browser));
      if (only.includes('seek')) print(await seekToPicture(stand, browser));
    } finally {
      await browser.close();
    }
  } finally {
    await stand.stop();
  }
}
if (only.includes('live')) for (const figure of await liveWithStalls(Number(values.minutes))) print(figure);
