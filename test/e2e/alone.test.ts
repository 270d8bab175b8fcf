// INST-6: each part started alone, as on three machines: no supervisor, no shared folder, joined by codes that work once.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { Channel, WatchAddresses } from '@lubo/contract';
import { freePorts } from '../free-ports.ts';
import { type Administrator, administratorSettings, signIn } from './administrator.ts';
import { eventually, getJson } from './installation.ts';
import { type LonePart, dataFolder, startPart } from './part.ts';

describe('site, live server and gather, each started alone', () => {
  let siteUrl: string;
  let site: LonePart;
  let live: LonePart;
  let gather: LonePart;
  let admin: Administrator;
  let codes: Record<'live' | 'gather', string>;
  let livePorts: Record<string, string>;

  before(async () => {
    const [sitePort = 0, httpPort = 0, rtmpPort = 0] = await freePorts(3);
    siteUrl = `http://127.0.0.1:${sitePort}`;
    livePorts = { LUBO_LIVE_HTTP_PORT: String(httpPort), LUBO_LIVE_RTMP_PORT: String(rtmpPort) };
    site = startPart('site', { LUBO_DATA_DIR: dataFolder(), LUBO_SITE_PORT: String(sitePort), ...administratorSettings });
    await eventually('the site answers', 15, async () => (await fetch(`${siteUrl}/healthz`)).ok);
    admin = await signIn(siteUrl);
    codes = { live: await admin.code('live'), gather: await admin.code('gather') };
  });
  after(async () => {
    for (const part of [gather, live, site]) await part?.end('SIGKILL');
  });

  const liveSettings = (code: string): Record<string, string> =>
    ({ LUBO_DATA_DIR: dataFolder(), LUBO_LIVE_SITE_URL: siteUrl, LUBO_LIVE_CODE: code, ...livePorts });
  const gatherSettings = async (code: string): Promise<Record<string, string>> => {
    const [port = 0] = await freePorts(1);
    return { LUBO_DATA_DIR: dataFolder(), LUBO_GATHER_SITE_URL: siteUrl, LUBO_GATHER_CODE: code, LUBO_GATHER_CONSOLE_PORT: String(port) };
  };
  const online = async (kind: 'live' | 'gather') => (await admin.agents(kind)).filter(({ isOnline }) => isOnline);

  test('live server and gather enrol with their codes, and a channel is watched from one to the other', async () => {
    live = startPart('live', liveSettings(codes.live));
    gather = startPart('gather', await gatherSettings(codes.gather));
    const [agent] = await eventually('both are there', 20, async () => {
      const [lives, gathers] = [await online('live'), await online('gather')];
      return lives.length === 1 && gathers.length === 1 && gathers;
    });
    const { id } = await admin.addChannel('一班', agent?.id ?? '');
    await eventually('the channel is online', 20, async () => (await getJson<Channel>(`${siteUrl}/api/channels/${id}`)).isOnline);
    const response = await fetch(`${siteUrl}/api/channels/${id}/watch`, { method: 'POST' });
    const { flv } = (await response.json()) as WatchAddresses;
    const stop = new AbortController();
    const video = await fetch(flv, { signal: stop.signal });
    assert.equal(video.status, 200);
    let bytes = 0;
    for await (const chunk of video.body as unknown as AsyncIterable<Uint8Array>) {
      bytes += chunk.length;
      if (bytes > 200_000) break;
    }
    assert.ok(bytes > 200_000);
    stop.abort();
  });

  for (const kind of ['live', 'gather'] as const) {
    test(`a ${kind} with a code that was used is refused, with one clear line, and lets nobody in`, async () => {
      const [http = 0, rtmp = 0] = await freePorts(2);
      const own = { LUBO_LIVE_HTTP_PORT: String(http), LUBO_LIVE_RTMP_PORT: String(rtmp) };
      const settings = kind === 'live' ? { ...liveSettings(codes.live), ...own } : await gatherSettings(codes.gather);
      const part = startPart(kind, { ...settings, LUBO_LOG_LEVEL: 'info' });
      const loud = () => part.lines.filter(({ level }) => level >= 40);
      await eventually('it is told', 15, () => loud().length > 0);
      assert.equal(loud().length, 1);
      assert.equal(loud()[0]?.msg, 'no connection to the site');
      assert.match(loud()[0]?.reason ?? '', /^the site refuses the enrolment code: .*was used already$/);
      assert.ok(!JSON.stringify(part.lines).includes(codes[kind]), 'no code in the log');
      assert.equal((await admin.agents(kind)).length, 1);
      assert.equal(await part.end(), 0);
    });
  }

  test('a code for a gather makes no live server', async () => {
    const [http = 0, rtmp = 0] = await freePorts(2);
    const code = await admin.code('gather');
    const part = startPart('live', { ...liveSettings(code), LUBO_LIVE_HTTP_PORT: String(http), LUBO_LIVE_RTMP_PORT: String(rtmp) });
    await eventually('it is told', 15, () => part.lines.some(({ level, reason = '' }) => level === 40 && reason.includes('for another kind of part')));
    assert.equal((await admin.agents('live')).length, 1);
    await part.end();
  });

  test('each part ends at once when it is asked to, without a fault', async () => {
    for (const part of [gather, live, site]) assert.equal(await part.end('SIGTERM'), 0);
  });
});
