import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import type { PlayerFault } from './fault.ts';
import { LiveConnection } from './live-connection.ts';
import type { LiveAddresses } from './live-connection.ts';
import type { Ending, Verdict } from './ways.ts';

type Opened = { url: string; end(fault: PlayerFault): void; isClosed: boolean };

/** A connection whose site, live server and clock are in the test's hand. */
function connectionInHand(context: TestContext, isOnline = true, judge?: (ending: Ending) => Verdict) {
  context.mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1_000_000 });
  const opened: Opened[] = [];
  const site = { asked: 0, answer: async (): Promise<LiveAddresses> => addresses(site.asked) };
  const connection = new LiveConnection(
    {
      watch: () => {
        site.asked += 1;
        return site.answer();
      },
      open: async ({ flv }, onEnd) => {
        const one: Opened = { url: flv, end: onEnd, isClosed: false };
        opened.push(one);
        return { close: () => (one.isClosed = true), rates: () => ({ receiveKbps: 0 }) };
      },
      ...(judge !== undefined && { judge }),
      onChange: () => {},
      onClosing: () => {},
      random: () => 0.5,
    },
    isOnline,
  );
  context.after(() => connection.stop());
  return {
    connection,
    opened,
    site,
    pass: async (ms: number) => {
      context.mock.timers.tick(ms);
      await settle();
    },
  };
}

function addresses(number: number): LiveAddresses {
  return { flv: `http://live/${number}.flv`, expiresAt: new Date(Date.now() + 60_000).toISOString() };
}

/** Lets answered promises take effect; no clock is involved. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await Promise.resolve();
}

test('each connection asks for fresh addresses', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  connection.start();
  await settle();
  assert.deepEqual([site.asked, opened.map((one) => one.url)], [1, ['http://live/1.flv']]);
  connection.markPlaying();
  opened[0]?.end({ code: 'stream-ended' });
  assert.equal(opened[0]?.isClosed, true);
  await pass(150);
  assert.deepEqual([site.asked, opened.at(-1)?.url], [2, 'http://live/2.flv']);
  assert.equal(connection.losses, 1);
});

test('tries go on with growing pauses and begin short again after a proven picture', async (context) => {
  const { connection, opened, pass } = connectionInHand(context);
  connection.start();
  await settle();
  opened[0]?.end({ code: 'live-unreachable' });
  await pass(150);
  opened[1]?.end({ code: 'live-unreachable' });
  await pass(499);
  assert.equal(opened.length, 2);
  await pass(1);
  assert.equal(opened.length, 3);
  connection.markPlaying();
  assert.equal(connection.fault, undefined);
  await pass(10_000);
  opened[2]?.end({ code: 'stream-ended' });
  await pass(150);
  assert.equal(opened.length, 4);
});

test('a fault that no try can heal ends the tries until the viewer asks', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  site.answer = () => Promise.reject(Object.assign(new Error('gone'), { status: 404, code: 'channel-not-found' }));
  connection.start();
  await settle();
  assert.equal(connection.fault?.code, 'channel-not-found');
  await pass(60_000);
  assert.deepEqual([site.asked, opened.length], [1, 0]);
  connection.hurry();
  await settle();
  assert.equal(site.asked, 2);
});

test('while the site is away the last addresses are used as long as they are good', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  connection.start();
  await settle();
  site.answer = () => Promise.reject(Object.assign(new Error('away'), { status: 0, code: 'unreachable' }));
  opened[0]?.end({ code: 'stream-ended' });
  await pass(150);
  assert.deepEqual(opened.map((one) => one.url), ['http://live/1.flv', 'http://live/1.flv']);
  await pass(60_000);
  opened[1]?.end({ code: 'stream-ended' });
  await pass(500);
  assert.equal(opened.length, 2);
  assert.equal(connection.fault?.code, 'site-unreachable');
});

test('a site that hangs is passed by after 2 s', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  connection.start();
  await settle();
  site.answer = () => new Promise(() => {});
  opened[0]?.end({ code: 'stream-ended' });
  await pass(150);
  assert.equal(opened.length, 1);
  await pass(2_000);
  assert.equal(opened.length, 2);
});

test('a channel known to be offline is not asked for, and starts at once when the site tells of its return', async (context) => {
  const { connection, opened, site } = connectionInHand(context, false);
  connection.start();
  await settle();
  assert.deepEqual([site.asked, connection.fault?.code], [0, 'channel-offline']);
  connection.setOnline(true);
  await settle();
  assert.deepEqual([site.asked, opened.length], [1, 1]);
});

test('a channel that turned out to be offline is asked for slowly', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  const good = site.answer;
  site.answer = () => Promise.reject(Object.assign(new Error('offline'), { status: 503, code: 'channel-offline' }));
  connection.start();
  await settle();
  await pass(9_999);
  assert.equal(site.asked, 1);
  site.answer = good;
  await pass(1);
  assert.deepEqual([site.asked, opened.length], [2, 1]);
});

test('news that the channel is offline leaves a running picture alone', async (context) => {
  const { connection, opened } = connectionInHand(context);
  connection.start();
  await settle();
  connection.markPlaying();
  connection.setOnline(false);
  assert.deepEqual([connection.fault, opened[0]?.isClosed], [undefined, false]);
  opened[0]?.end({ code: 'stream-ended' });
  assert.equal(connection.fault?.code, 'channel-offline');
});

test('what comes late for an earlier connection changes nothing', async (context) => {
  const { connection, opened, pass } = connectionInHand(context);
  connection.start();
  await settle();
  const [first] = opened;
  connection.lose({ code: 'stream-silent' });
  await pass(150);
  first?.end({ code: 'picture-broken' });
  await settle();
  assert.deepEqual([connection.losses, opened.length, opened[1]?.isClosed], [1, 2, false]);
});

test('stopped while the site was still answering, nothing is opened', async (context) => {
  const { connection, opened, site } = connectionInHand(context);
  let answer: (given: LiveAddresses) => void = () => {};
  site.answer = () => new Promise((resolve) => (answer = resolve));
  connection.start();
  connection.stop();
  answer(addresses(1));
  await settle();
  assert.equal(opened.length, 0);
});

test('who judges an ending is told how long it played, and is not asked about the site or a channel that is offline', async (context) => {
  const endings: Ending[] = [];
  const judge = (ending: Ending): Verdict => {
    endings.push(ending);
    return 'again';
  };
  const { connection, opened, site, pass } = connectionInHand(context, true, judge);
  connection.start();
  await settle();
  opened[0]?.end({ code: 'live-unreachable' });
  await pass(150);
  connection.markPlaying();
  await pass(7_000);
  opened[1]?.end({ code: 'stream-ended' });
  const known = [
    { fault: { code: 'live-unreachable' }, playedMs: undefined },
    { fault: { code: 'stream-ended' }, playedMs: 7_000 },
  ];
  assert.deepEqual(endings, known);
  site.answer = () => Promise.reject(new Error('away'));
  await pass(120_000);
  connection.setOnline(false);
  connection.lose({ code: 'stream-silent' });
  assert.deepEqual(endings, known);
});

test('an ending judged as a fresh start shows no fault and connects again; one judged hopeless ends the tries', async (context) => {
  const verdicts: Verdict[] = ['afresh', 'give-up'];
  const { connection, opened, pass } = connectionInHand(context, true, () => verdicts.shift() ?? 'again');
  connection.start();
  await settle();
  opened[0]?.end({ code: 'codec-unsupported' });
  const codes = [connection.fault?.code];
  await pass(150);
  opened[1]?.end({ code: 'live-unreachable' });
  codes.push(connection.fault?.code);
  assert.deepEqual(codes, [undefined, 'live-unreachable']);
  await pass(60_000);
  assert.equal(opened.length, 2);
});

test('while no picture comes, a channel that has moved is followed to its new live server', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  let place = 'http://one/c.flv';
  site.answer = async () => ({ ...addresses(0), flv: `${place}?token=${site.asked}` });
  connection.start();
  await settle();
  for (let i = 0; i < 3; i += 1) await pass(3_000);
  assert.equal(opened.length, 1, 'a new token is no move');
  place = 'http://two/c.flv';
  await pass(3_000);
  assert.match(opened.at(-1)?.url ?? '', /^http:\/\/two\//);
  assert.deepEqual([opened.length, opened[0]?.isClosed, connection.losses], [2, true, 0]);
});

test('a picture that runs is not asked after, nor is the site followed when it does not answer', async (context) => {
  const { connection, opened, site, pass } = connectionInHand(context);
  connection.start();
  await settle();
  site.answer = () => Promise.reject(new Error('away'));
  for (let i = 0; i < 3; i += 1) await pass(3_000);
  assert.deepEqual([site.asked, opened.length], [4, 1]);
  connection.markPlaying();
  for (let i = 0; i < 3; i += 1) await pass(3_000);
  assert.deepEqual([site.asked, opened.length], [4, 1]);
});
