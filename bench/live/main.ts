// `npm run bench:live`: our live server beside node-media-server, nginx's RTMP module and bare writes in one run. The server has one
// core, publisher and viewers the other. One JSON line a server and number of viewers; then a table of medians.
// `npm run bench:live -- --servers lubo,nginx-rtmp --viewers 100,1000 --runs 3 --seconds 10`
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { median } from '../figure.ts';
import { type Seen, gather } from './crowd.ts';
import { type Server, startFloor, startLubo, startNginx, startNodeMediaServer } from './servers.ts';

const starts: Record<string, () => Promise<Server>> = {
  lubo: () => startLubo(),
  'node-media-server': startNodeMediaServer,
  'nginx-rtmp': startNginx,
  floor: startFloor,
  'lubo-2': () => startLubo(2),
};
/** What runs unless told otherwise: two workers are no match for one core. */
const compared = Object.keys(starts).filter((name) => name !== 'lubo-2');
/** A server runs for hours: its code is compiled before it is measured. */
const settleSeconds = 20;

const { values } = parseArgs({
  options: {
    servers: { type: 'string', default: compared.join(',') },
    viewers: { type: 'string', default: '10,100,500,1000,2000,4000,6000' },
    runs: { type: 'string', default: '3' },
    seconds: { type: 'string', default: '10' },
    'per-second': { type: 'string', default: '1000' },
  },
});

type Result = Seen & { server: string; serverCpu: number; cpuPerGigabyte: number; megabytes: number };

const results: Result[] = [];
// Servers take turns within a run, so that a busy minute of the machine meets all of them.
for (let run = 0; run < Number(values.runs); run++) {
  for (const count of values.viewers.split(',').map(Number)) {
    for (const name of values.servers.split(',')) {
      const start = starts[name];
      if (start === undefined) throw new Error(`no server "${name}"; there are ${Object.keys(starts).join(', ')}`);
      const result = await measure(await start(), count);
      results.push(result);
      process.stdout.write(`${JSON.stringify({ run, ...result })}\n`);
    }
  }
}
printTable();

async function measure(server: Server, count: number): Promise<Result> {
  const crowd = await gather(server);
  const seconds = Number(values.seconds);
  let cpuAtStart = 0;
  try {
    const seen = await crowd.watch({ count, perSecond: Number(values['per-second']), settleSeconds, seconds, onMeasuring: () => (cpuAtStart = server.cpuSeconds()) });
    const serverCpu = Math.round((server.cpuSeconds() - cpuAtStart) * 100) / 100;
    const cpuPerGigabyte = Math.round((serverCpu / (seen.bytes / 1e9)) * 100) / 100;
    return { server: server.name, ...seen, serverCpu, cpuPerGigabyte, megabytes: Math.round(server.megabytes()) };
  } finally {
    crowd.leave();
    await server.stop();
    await sleep(300);
  }
}

function printTable(): void {
  process.stdout.write('\nviewers  server              CPU s/GB  median ms  p99 ms  of one core  MB    first p99 ms  starved  never pictured\n');
  const keys = [...new Set(results.map(({ viewers, server }) => `${viewers} ${server}`))];
  for (const key of keys) {
    const same = results.filter(({ viewers, server }) => `${viewers} ${server}` === key);
    const [first] = same;
    if (first === undefined) continue;
    const middle = (pick: (result: Result) => number): string => median(same.map(pick)).toFixed(2).replace(/\.?0+$/, '');
    const share = middle((result) => (100 * result.serverCpu) / result.seconds);
    process.stdout.write(
      `${String(first.viewers).padEnd(8)} ${first.server.padEnd(19)} ${middle((r) => r.cpuPerGigabyte).padEnd(9)} ${middle((r) => r.delayMedianMs).padEnd(10)} ${middle((r) => r.delayP99Ms).padEnd(7)} ${`${share} %`.padEnd(12)} ${middle((r) => r.megabytes).padEnd(5)} ${middle((r) => r.firstP99Ms).padEnd(13)} ${middle((r) => r.starvedOver2s).padEnd(8)} ${middle((r) => r.neverPictured)}\n`,
    );
  }
}
