// What 200 gathers cost a site, and how soon one hears of a change: `npm run bench:reports`, one JSON line a figure. A site process of
// its own; the gathers speak the real relay protocol, ten channels each, and report every 5 s with rates that change.
// [--gathers 200] [--channels 10] [--seconds 30] [--changes 60]
import { join } from 'node:path';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Enrolment, type GatherChannel, routes } from '@lubo/contract';
import { openDatabase } from '@lubo/site';
import { sql } from 'kysely';
import { hashSecret, newId, newSecret } from '../../packages/site/src/id.ts';
import { type FakeAgent, connectFakeAgent } from '../../packages/site/src/testing/fake-agent.ts';
import { type AdminSite, startAdminSite } from '../../test/e2e/admin-pages.ts';
import { dataFolder } from '../../test/e2e/part.ts';
import { figureOf, print } from '../figure.ts';
import { cpuSecondsOf } from '../record/programs.ts';

const { values } = parseArgs({
  options: {
    gathers: { type: 'string', default: '200' },
    channels: { type: 'string', default: '10' },
    seconds: { type: 'string', default: '30' },
    changes: { type: 'string', default: '60' },
  },
});
const [gathers, channels, seconds, changes] = [values.gathers, values.channels, values.seconds, values.changes].map(Number) as [number, number, number, number];
const reportMillis = 5_000;

type Gather = { agent: FakeAgent; channelIds: string[] };

const dataDir = dataFolder();
const keys = await makeGathers();
const site = await startAdminSite(dataDir);
const all: Gather[] = [];
for (const { key, channelIds } of keys) all.push({ agent: await connectFakeAgent(site.url, 'gather', key), channelIds });

const ending = new AbortController();
const reporting = all.map((gather, n) => reportFor(gather, (n / gathers) * reportMillis));
await sleep(reportMillis);
print(figureOf(`${gathers} gathers with ${gathers * channels} channels, reports every 5 s`, '% of a core', 10, await cpuShares(site, seconds)));
print(figureOf('a change of desired state reaches its gather', 'ms', 200, await changeMillis(site, all, changes)));
ending.abort();
await Promise.all(reporting);
for (const { agent } of all) agent.close();
await site.site.end();
process.exit(0);

/** Straight into the tables: a site lets only so many enrol in a minute. */
async function makeGathers(): Promise<{ key: Enrolment; channelIds: string[] }[]> {
  const db = await openDatabase(join(dataDir, 'site'));
  const created_at = new Date().toISOString();
  const made = Array.from({ length: gathers }, (_, n) => ({ n, key: { id: newId(), key: newSecret() }, channelIds: Array.from({ length: channels }, () => newId()) }));
  await db.transaction().execute(async (trx) => {
    for (const { n, key, channelIds } of made) {
      const agent = { id: key.id, kind: 'gather' as const, title: `gather-${n}`, key_hash: hashSecret(key.key), is_local: 0 as const, facts: null, created_at, last_seen_at: null, revision: 1, state_hash: '', revoked_at: null };
      await trx.insertInto('agents').values(agent).execute();
      // Its other columns have their defaults in the table.
      await sql`insert into gathers (agent_id) values (${key.id})`.execute(trx);
      for (const [i, id] of channelIds.entries()) {
        const source = JSON.stringify({ mode: 'file', path: `/clips/${i}.mp4` });
        await trx.insertInto('channels').values({ id, name: `${n}-${i}`, gather_id: key.id, grade_id: null, source, is_started: 1, created_at, deleted_at: null }).execute();
      }
    }
  });
  await db.destroy();
  return made;
}

/** Reports as a gather does; they are spread over the five seconds. */
async function reportFor({ agent, channelIds }: Gather, firstMillis: number): Promise<void> {
  await sleep(firstMillis);
  while (!ending.signal.aborted) {
    agent.reportChannels(channelIds.map((id) => ({ id, receiveKbps: 900 + Math.random() * 200, lostPackets: 0, notices: [] })));
    await sleep(reportMillis);
  }
}

/** Share of a core that the site's process has, a sample each five seconds. */
async function cpuShares({ site: { child } }: AdminSite, forSeconds: number): Promise<number[]> {
  const shares: number[] = [];
  const cpu = (): number => cpuSecondsOf(child.pid ?? 0);
  for (let passed = 0; passed < forSeconds; passed += 5) {
    const [before, start] = [cpu(), performance.now()];
    await sleep(5_000);
    shares.push(((cpu() - before) / ((performance.now() - start) / 1000)) * 100);
  }
  return shares;
}

/** From the administrator's request to the gather that holds the change. */
async function changeMillis({ call }: AdminSite, among: readonly Gather[], count: number): Promise<number[]> {
  const millis: number[] = [];
  for (let n = 0; n < count; n++) {
    const gather = among[Math.floor(Math.random() * among.length)];
    if (gather === undefined) throw new Error('there is no gather');
    const { agent, channelIds } = gather;
    const id = channelIds[0] ?? '';
    const isStarted = (resources: Record<string, unknown> | undefined): boolean => (resources?.[`channel/${id}`] as GatherChannel | undefined)?.isStarted === true;
    const wanted = !isStarted(agent.held()?.resources);
    const start = performance.now();
    const asked = call('PATCH', routes.editChannel.path.replace(':id', id), { isStarted: wanted });
    while (isStarted(agent.held()?.resources) !== wanted) await sleep(1);
    millis.push(performance.now() - start);
    await asked;
    await sleep(50);
  }
  return millis;
}
