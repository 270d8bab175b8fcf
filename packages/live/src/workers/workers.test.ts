import assert from 'node:assert/strict';
import { type Socket, connect, createServer } from 'node:net';
import { after, before, describe, test } from 'node:test';
import process from 'node:process';
import { StartError } from '@lubo/config';
import { FakeClient, fakeAddresses, fakeOptions, tokenKey, until } from '../fake-live.ts';
import { framesOf, opening, picture, readFlvSoFar } from '../fakes.ts';
import { type Workers, startWorkers } from './primary.ts';

const settings = { LUBO_LIVE_WORKERS: '2', LUBO_LOG_LEVEL: 'fatal' };

type Viewer = { socket: Socket; marks(): number[]; times(): number[]; isClosed(): boolean };

/** A viewer on a connection of its own. */
function watch(port: number, path: string): Viewer {
  const received: Buffer[] = [];
  let isClosed = false;
  const socket = connect(port, '127.0.0.1', () => socket.write(`GET ${path} HTTP/1.1\r\nHost: live\r\n\r\n`));
  socket.on('data', (bytes) => received.push(bytes));
  socket.on('error', () => {});
  socket.on('close', () => (isClosed = true));
  const frames = () => {
    const bytes = Buffer.concat(received);
    const at = bytes.indexOf('FLV\x01');
    return at < 0 ? [] : framesOf(readFlvSoFar(bytes.subarray(at)).tags, 'video');
  };
  return { socket, marks: () => frames().map(({ body }) => body[5] ?? -1), times: () => frames().map(({ timestamp }) => timestamp), isClosed: () => isClosed };
}

describe('a live server of two workers', () => {
  const { options, site, logs } = fakeOptions({ lingerMillis: 500 }, { settings });
  let workers: Workers;
  let address: ReturnType<typeof fakeAddresses>;
  const open: { destroy(): void }[] = [];
  before(async () => {
    workers = await startWorkers(options);
    address = fakeAddresses(workers);
  });
  after(async () => {
    for (const socket of open) socket.destroy();
    await workers.close();
  });

  const flv = (name: string): string => `/live/${name}.flv?token=${address.token(name, 'play')}`;
  const viewersOf = (name: string, count: number): Viewer[] =>
    Array.from({ length: count }, () => {
      const viewer = watch(workers.httpPort, flv(name));
      open.push(viewer.socket);
      return viewer;
    });
  async function publish(name: string): Promise<FakeClient> {
    const publisher = await new FakeClient(address.rtmp(name, 'publish'), 'publish').ready();
    open.push(publisher.socket);
    publisher.send(opening());
    return publisher;
  }
  const reportOf = (name: string) => workers.report().find((stream) => stream.name === name);

  test('viewers of either worker see what a publisher sends to one of them, and the site hears of all in one report', async () => {
    const early = viewersOf('room', 3);
    const publisher = await publish('room');
    publisher.send([picture(0, { isKeyframe: true, mark: 1 })]);
    const late = viewersOf('room', 3);
    const all = [...early, ...late];
    await until('all see the first picture', () => all.every((each) => each.marks().includes(1)));
    publisher.send([picture(40, { mark: 2 }), picture(80, { mark: 3 })]);
    await until('all see the next ones', () => all.every((each) => each.marks().length === 3));
    for (const each of all) assert.deepEqual(each.marks(), [1, 2, 3]);
    await until('all are reported', () => reportOf('room')?.viewers === 6);
    assert.equal(reportOf('room')?.isPublishing, true);
    const message = site.link?.report();
    assert.ok(message?.type === 'live-report');
    assert.deepEqual(message.report.addresses, { httpScheme: 'http', httpPort: workers.httpPort, rtmpPort: workers.rtmpPort });
    for (const each of all) each.socket.destroy();
    await until('none is reported', () => reportOf('room')?.viewers === 0);
  });

  test('metrics are those of all workers, whichever is asked', async () => {
    const viewers = viewersOf('counted', 4);
    const publisher = await publish('counted');
    publisher.send([picture(0, { isKeyframe: true, mark: 1 })]);
    await until('all see it', () => viewers.every((each) => each.marks().length === 1));
    for (let i = 0; i < 2; i++) {
      const text = await (await fetch(address.http('/metrics'), { headers: { connection: 'close' } })).text();
      assert.match(text, /^lubo_live_viewers\{protocol="flv"\} 4$/m);
    }
    for (const each of viewers) each.socket.destroy();
  });

  test('publishers who take over from each other in different workers leave every viewer connected, with rising times', async () => {
    const viewers = viewersOf('over', 4);
    const publishers: FakeClient[] = [];
    for (let round = 0; round < 4; round++) {
      const publisher = await publish('over');
      publishers.push(publisher);
      publisher.send([picture(5_000, { isKeyframe: true, mark: 10 + round })]);
      await until(`all see publisher ${round}`, () => viewers.every((each) => each.marks().includes(10 + round)));
    }
    for (const each of viewers) {
      assert.equal(each.isClosed(), false);
      const times = each.times();
      assert.deepEqual(times, times.toSorted((a, b) => a - b));
    }
    await until('the last publisher is left', () => publishers.map(({ isClosed }) => isClosed).join() === 'true,true,true,false');
  });

  test('an HLS session is served whichever worker its requests reach, and told as a viewer with its own address while the site asks', async () => {
    const name = 'hls000000000';
    const publisher = await publish(name);
    let time = 0;
    const sending = setInterval(() => {
      for (let i = 0; i < 25; i++, time += 40) publisher.send([picture(time, { isKeyframe: i === 0, size: 500 })]);
    }, 20);
    try {
      const once = { headers: { connection: 'close', 'x-forwarded-for': '198.51.100.7' } };
      const master = await fetch(address.http(`/live/${name}.m3u8?format=ts&token=${address.token(name, 'play')}`), once);
      assert.equal(master.status, 200);
      const media = (await master.text()).split('\n').find((line) => line.startsWith(`${name}/`));
      assert.ok(media);
      for (let i = 0; i < 4; i++) {
        const playlist = await fetch(address.http(`/live/${media}`), once);
        assert.equal(playlist.status, 200);
        const segment = (await playlist.text()).split('\n').find((line) => line.endsWith('.ts'));
        const bytes = await fetch(new URL(segment ?? '', address.http(`/live/${media}`)), once);
        assert.equal(bytes.status, 200);
        assert.equal(new Uint8Array(await bytes.arrayBuffer())[0], 0x47);
      }
    } finally {
      clearInterval(sending);
    }
    await until('the session is a viewer', () => reportOf(name)?.viewers === 1);
    const viewers = viewersOf(name, 4);
    const told = (): string[] => {
      const message = site.link?.report();
      assert.ok(message?.type === 'live-report');
      const inspection = message.report.inspections?.find((each) => each.name === name);
      return (inspection?.viewers ?? []).map(({ protocol, address: from }) => `${protocol} ${from}`).toSorted();
    };
    site.link?.onState({ settings: { tokenKeys: [tokenKey] }, [`inspect/${name}`]: { channelId: name } }, 2, 'site');
    await until('all are told', () => told().length === 5);
    assert.deepEqual(told(), [...Array<string>(4).fill('flv 127.0.0.1'), 'hls 198.51.100.7']);
    site.link?.onState({ settings: { tokenKeys: [tokenKey] } }, 3, 'site');
    await until('none is told', () => told().length === 0);
    for (const each of viewers) each.socket.destroy();
  });

  test('keys that the site changes count in every worker', { timeout: 10_000 }, async () => {
    const status = async (): Promise<number> => {
      const response = await fetch(address.http(flv('nobody')), { method: 'HEAD', headers: { connection: 'close' } });
      return response.status;
    };
    assert.equal(await status(), 404);
    site.link?.onState({ settings: { tokenKeys: ['11'.repeat(32)] } }, 2, 'site');
    const four = async (): Promise<string> => (await Promise.all([status(), status(), status(), status()])).join();
    while ((await four()) !== '403,403,403,403');
    site.link?.onState({ settings: { tokenKeys: [tokenKey] } }, 3, 'site');
    while ((await four()) !== '404,404,404,404');
  });

  test('a worker that dies is replaced; publisher and viewers who come again go on', async () => {
    const [first, second] = workers.pids;
    assert.ok(first !== undefined && second !== undefined);
    const viewers = viewersOf('death', 4);
    const publisher = await publish('death');
    publisher.send([picture(0, { isKeyframe: true, mark: 1 })]);
    await until('all see it', () => viewers.every((each) => each.marks().length === 1));
    process.kill(first, 'SIGKILL');
    await until('its viewers are cut', () => viewers.some((each) => each.isClosed()));
    await until('it is replaced', () => workers.pids[0] !== undefined && workers.pids[0] !== first);
    assert.equal(workers.pids[1], second);
    assert.ok(logs.some(({ msg, reason }) => msg === 'worker died' && reason === 'SIGKILL'));
    const staying = viewers.filter((each) => !each.isClosed());
    const again = await publish('death');
    again.send([picture(0, { isKeyframe: true, mark: 2 })]);
    const returning = viewersOf('death', 4);
    await until('all see the publisher again', () => [...staying, ...returning].every((each) => each.marks().includes(2)));
  });

  test('stopping ends viewers, frees the ports and leaves no process', async () => {
    const viewers = viewersOf('last', 2);
    const publisher = await publish('last');
    publisher.send([picture(0, { isKeyframe: true, mark: 1 })]);
    await until('both see it', () => viewers.every((each) => each.marks().length === 1));
    const { pids } = workers;
    await workers.close();
    await until('all are closed', () => viewers.every((each) => each.isClosed()) && publisher.isClosed);
    assert.match(JSON.stringify(publisher.events), /NetStream\.Unpublish\.Success/);
    for (const pid of pids) assert.throws(() => process.kill(pid ?? 0, 0), /ESRCH/);
    const again = createServer();
    await new Promise<void>((resolve, reject) => { again.once('error', reject).listen(workers.httpPort, '127.0.0.1', resolve); });
    again.close();
  });
});

test('limits hold for all workers together', async (t) => {
  const { options } = fakeOptions({ viewers: 6, streams: 2, httpConnections: 40, waitMillis: 60_000 }, { settings });
  const workers = await startWorkers(options);
  const address = fakeAddresses(workers);
  const open: Viewer[] = [];
  t.after(async () => {
    for (const { socket } of open) socket.destroy();
    await workers.close();
  });
  const flv = (name: string): string => `/live/${name}.flv?token=${address.token(name, 'play')}`;
  const come = (name: string): void => void open.push(watch(workers.httpPort, flv(name)));
  const viewersOf = (name: string): number => workers.report().find((stream) => stream.name === name)?.viewers ?? 0;
  // Connections go to the workers in turn: both have some when it is full.
  for (let i = 1; i <= 6; i++) {
    come('room');
    await until(`viewer ${i} waits`, () => viewersOf('room') === i);
  }
  const refused = async (path: string): Promise<number> => (await fetch(address.http(path))).status;
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let i = 0; i < 4; i++) assert.equal(await refused(flv('room')), 503);
  assert.equal(await refused(`/live/room.m3u8?token=${address.token('room', 'play')}`), 503);
  for (const { socket } of open.slice(0, 3)) socket.destroy();
  await until('there is room again', () => viewersOf('room') === 3);
  await new Promise((resolve) => setTimeout(resolve, 300));
  come('second');
  await until('a second stream', () => viewersOf('second') === 1);
  await new Promise((resolve) => setTimeout(resolve, 300));
  for (let i = 0; i < 4; i++) assert.equal(await refused(flv('third')), 503);
  assert.equal(viewersOf('room') + viewersOf('second'), 4);
});

test('a port that is taken is told in a line that names the setting, and no worker is left', async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => { blocker.listen(0, '127.0.0.1', resolve); });
  const taken = blocker.address();
  const { options } = fakeOptions({}, { settings });
  options.config.live.rtmpPort = typeof taken === 'object' && taken !== null ? taken.port : 0;
  await assert.rejects(startWorkers(options), (error) => error instanceof StartError && /LUBO_LIVE_RTMP_PORT/.test(error.message));
  blocker.close();
});
