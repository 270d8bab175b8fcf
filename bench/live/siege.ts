// `node bench/live/siege.ts`: what bad peers cost the live server. One JSON line a figure.
// `--only idle,fast,stalled` runs some of it, `--minutes 10` lets viewers stall for longer.
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import process from 'node:process';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { figureOf, print } from '../figure.ts';
import { gather, publish } from './crowd.ts';
import { type Server, startLubo } from './servers.ts';

const { values } = parseArgs({ options: { only: { type: 'string', default: 'idle,fast,stalled' }, minutes: { type: 'string', default: '1' } } });
const parts: Record<string, (server: Server) => Promise<void>> = { idle: besiegeIdly, fast: publishFast, stalled: stall };
for (const name of values.only.split(',')) {
  const part = parts[name];
  if (part === undefined) throw new Error(`no part "${name}"; there are ${Object.keys(parts).join(', ')}`);
  const server = await startLubo();
  try {
    await part(server);
  } finally {
    await server.stop();
  }
}
process.exit(0);

/** 10,000 connections that say nothing, half of them on each port, while ten viewers watch. */
async function besiegeIdly(server: Server): Promise<void> {
  const each = 5_000;
  const crowd = await gather(server);
  const before = server.megabytes();
  const sockets: Socket[] = [];
  let closed = 0;
  const rtmpPort = Number(new URL(server.streamUrls('any').publishUrl).port);
  for (let i = 0; i < each; i++) {
    for (const port of [server.play.port, rtmpPort]) {
      const socket = connect(port, '127.0.0.1').on('error', () => {});
      socket.on('close', () => closed++);
      sockets.push(socket);
    }
    if (i % 100 === 99) await sleep(10);
  }
  const watching = crowd.watch({ count: 10, perSecond: 100, settleSeconds: 0.5, seconds: 3 });
  const { delayMedianMs, firstP99Ms, neverPictured } = await watching;
  const during = server.megabytes();
  const stillOpen = 2 * each - closed;
  const areAllClosed = (): boolean => closed >= 2 * each;
  for (let tries = 0; tries < 300 && !areAllClosed(); tries++) await sleep(100);
  crowd.leave();
  print(figureOf('memory of 10,000 idle connections', 'MB', 100, [during - before]));
  print(figureOf('idle connections that were open while that was measured (goal: all)', 'missing', 0, [2 * each - stillOpen]));
  print(figureOf('idle connections that the server did not close', 'connections', 0, [2 * each - closed]));
  print(figureOf('median delay of ten viewers among them', 'ms', 5, [delayMedianMs]));
  print(figureOf('first picture among them, 99th percentile', 'ms', 15, [firstP99Ms]));
  print(figureOf('viewers without a picture', 'viewers', 0, [neverPictured]));
  for (const socket of sockets) socket.destroy();
}

/** One publisher sends at a hundred times its bitrate while another one is watched. */
async function publishFast(server: Server): Promise<void> {
  const crowd = await gather(server);
  const before = server.megabytes();
  const other = server.streamUrls('benchstream1');
  const waiting = connect(server.play.port, '127.0.0.1').on('error', () => {});
  waiting.on('data', () => {});
  waiting.write(`GET ${other.path} HTTP/1.1\r\nHost: live\r\n\r\n`);
  await sleep(200);
  const start = performance.now();
  const fast = publish(other.publishUrl, 100);
  const isClosed = once(fast, 'exit').then(() => true);
  const watching = crowd.watch({ count: 10, perSecond: 100, settleSeconds: 0.5, seconds: 5 });
  const wasClosed = await Promise.race([isClosed, sleep(30_000, false)]);
  const seconds = (performance.now() - start) / 1000;
  const memory = server.megabytes() - before;
  const { delayMedianMs } = await watching;
  crowd.leave();
  fast.kill('SIGKILL');
  waiting.destroy();
  print(figureOf('a publisher at 100 times its bitrate is closed after', 's', 20, [wasClosed ? seconds : Infinity]));
  print(figureOf('memory that it took', 'MB', 60, [memory]));
  print(figureOf('median delay of the viewers of another stream meanwhile', 'ms', 20, [delayMedianMs]));
}

/** 2,000 viewers of whom a tenth stops reading. */
async function stall(server: Server): Promise<void> {
  const crowd = await gather(server);
  const seconds = Number(values.minutes) * 60;
  const samples: number[] = [];
  const sampling = setInterval(() => samples.push(server.megabytes()), 1_000);
  const seen = await crowd.watch({ count: 2_000, perSecond: 1_000, settleSeconds: 10, seconds, stalled: 200 });
  clearInterval(sampling);
  crowd.leave();
  const [middle, end] = [0.3, 0.9].map((share) => Math.max(...samples.slice(samples.length * share, samples.length * (share + 0.1) + 1)));
  print(figureOf('memory with 2,000 viewers, 200 of them stalled', 'MB', 120, [Math.max(...samples)]));
  print(figureOf('its growth from a third of the time to the end', 'MB', 5, [(end ?? 0) - (middle ?? 0)]));
  print(figureOf('viewers beside them who saw nothing for 2 s', 'viewers', 0, [seen.starvedOver2s + seen.neverPictured]));
  print(figureOf('median delay of the viewers beside them', 'ms', 100, [seen.delayMedianMs]));
}
