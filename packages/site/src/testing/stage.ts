// A site with one of everything on it, for tests that go over every operation: a gather and a live server online, a channel that
// runs and is watched, a stored recording, a lesson; and makers of fresh things where a call uses them up.
import assert from 'node:assert/strict';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { type Enrolment, type ResponseOf, type Route, routes } from '@lubo/contract';
import Sqlite from 'better-sqlite3';
import { type CookieBrowser, cookieBrowser } from './cookie-browser.ts';
import type { FakeAgent } from './fake-agent.ts';
import { type FakeWechat, startFakeWechat, wechatApp } from './fake-wechat.ts';
import { madeRecording, tusHand } from './gather-hand.ts';
import { type CallOptions, type SiteInHand, enrolLocally, siteInHand } from './site-in-hand.ts';
import { until } from './until.ts';

/** An id that nothing has. */
export const nobody = '000000000000';
/** The same of a recording or volume. */
export const nothing = '6f1c0c6e-2b5f-4c1e-9a55-0d1f7a3b9c01';
export const password = 'a good password';

/** What is needed to sign in to WeChat's stand-in. */
export const wechatSettings = { isEnabled: true, appId: wechatApp.appId, secret: wechatApp.secret, pageAppId: '' };

export type Stage = SiteInHand & {
  /** Of the administrator. */
  cookie: string;
  gather: FakeAgent;
  live: FakeAgent;
  /** The gather's key, as its requests carry it. */
  gatherKey: { authorization: string };
  wechat: FakeWechat;
  /** On the gather, running; it is watched. */
  channelId: string;
  recordingId: string;
  lessonId: string;
  subjectId: string;
  /** An OpenID provider that nobody uses. */
  providerId: string;
  /** A name that nothing has yet. */
  name(): string;
  /** An address that has called nothing yet: tests of everything are not to meet limits of one. */
  address(): string;
  /** Calls as the administrator; the answer's body. Fails unless it succeeds. */
  done<R extends Route>(route: R, options?: CallOptions): Promise<ResponseOf<R>>;
  /** A fresh channel of the gather. */
  channel(over?: Record<string, unknown>): Promise<string>;
  /** A fresh recording of the channel, stored. */
  recording(): Promise<string>;
  /** A fresh gather on another machine. */
  farGather(over?: Record<string, unknown>): Promise<Enrolment>;
  /** Somebody who has signed in. */
  person(): Promise<{ id: string; signInName: string; browser: CookieBrowser; cookie: string }>;
  /** A browser that went to WeChat and came back: its query, and the cookie that belongs to it. */
  fromWechat(options?: { isLink?: boolean; browser?: CookieBrowser; openid?: string }): Promise<{ query: string; cookie: string }>;
  /** A fresh folder. */
  folder(): string;
  /** Runs statements straight on the database: for what would take thousands of calls. */
  sql(...statements: string[]): void;
};

/** Builds it; closed when the test ends. */
export async function createStage(t: TestContext): Promise<Stage> {
  const wechat = await startFakeWechat();
  t.after(() => wechat.close());
  const hand = await siteInHand(t, { config: { site: { wechat: { openUrl: wechat.url, apiUrl: `${wechat.url}/` } } } });
  const cookie = await hand.adminCookie();
  const key = await enrolLocally(hand.call, 'gather');
  const [gather, live] = await Promise.all([hand.agent('gather', key), hand.agent('live')]);
  const makers = makersOf(hand, cookie, key, wechat);
  await makers.done(routes.setWechat, { body: wechatSettings });
  const channelId = await makers.channel();
  gather.reportChannels([{ id: channelId }]);
  live.reportStreams([{ name: channelId, viewers: 1 }]);
  await until('the channel runs and is watched', async () => {
    const { isOnline, viewers } = (await hand.call(routes.getChannel, { params: { id: channelId } })).body;
    return isOnline && viewers === 1;
  });
  const recordingId = await makers.recording(channelId);
  const { lessonId } = await makers.done(routes.startRecording, { params: { id: await makers.channel() }, body: {} });
  const { rows } = await makers.done(routes.listSubjects);
  const { id: providerId } = await makers.done(routes.createOidcProvider, { body: { label: '学校账号', issuer: 'http://127.0.0.1:9', clientId: 'lubo', isEnabled: false } });
  const authorization = `Bearer ${key.id}.${key.key}`;
  const things = { cookie, gather, live, gatherKey: { authorization }, wechat, channelId, recordingId, lessonId, subjectId: rows[0]?.id ?? '', providerId };
  return { ...hand, ...makers, ...things, recording: () => makers.recording(channelId) };
}

function makersOf(hand: SiteInHand, cookie: string, key: Enrolment, wechat: FakeWechat) {
  let made = 0;
  const next = (): number => ++made;
  const name = (): string => `名 ${next()}`;
  const address = (): string => {
    const n = next();
    return `10.${(n >> 16) & 255}.${(n >> 8) & 255}.${n & 255}`;
  };
  const done = async <R extends Route>(route: R, options: CallOptions = {}): Promise<ResponseOf<R>> => {
    const { status, body, problem } = await hand.call(route, { cookie, remoteAddress: address(), ...options });
    assert.ok(status < 300, `${route.method} ${route.path}: ${JSON.stringify(problem)}`);
    return body;
  };
  return {
    name,
    address,
    done,
    channel: async (over: Record<string, unknown> = {}) => (await hand.addChannel(name(), { gatherId: key.id, ...over })).id,
    async recording(channelId: string) {
      const { upload, bytes } = madeRecording(channelId, { size: 100 });
      assert.equal((await tusHand(hand.url, key).send(upload, bytes)).status, 204);
      return upload.id;
    },
    async farGather(over: Record<string, unknown> = {}): Promise<Enrolment> {
      const { code } = await done(routes.createEnrolmentCode, { body: { kind: 'gather', ...over } });
      return done(routes.enrol, { body: { kind: 'gather', code, facts: farFacts } });
    },
    async person() {
      const signInName = `person ${next()}`;
      const { id } = await done(routes.createPerson, { body: { name: '王老师', signInName, password } });
      const browser = cookieBrowser(hand);
      await browser.call(routes.signIn, { body: { name: signInName, password }, remoteAddress: address() });
      return { id, signInName, browser, cookie: cookieOf(browser) };
    },
    async fromWechat({ isLink = false, browser = cookieBrowser(hand), openid = `o${next()}` }: { isLink?: boolean; browser?: CookieBrowser; openid?: string } = {}) {
      wechat.user = { openid, nickname: '小明' };
      const { body } = await browser.call(routes.beginSignIn, { body: { way: 'wechat', isLink }, remoteAddress: address() });
      const back = (await fetch(body.url, { redirect: 'manual' })).headers.get('location') ?? '';
      return { query: new URL(back).search, cookie: cookieOf(browser) };
    },
    sql(...statements: string[]) {
      const db = new Sqlite(join(hand.dataDir, 'site', 'lubo.sqlite'));
      for (const statement of statements) db.prepare(statement).run();
      db.close();
    },
    folder() {
      const folder = join(hand.dataDir, 'folders', String(next()));
      mkdirSync(folder, { recursive: true });
      return folder;
    },
  };
}

/** What an agent of another machine tells of it. */
export const farFacts = { hostname: 'far-pc', os: 'Linux', ip: '10.0.0.8', mac: '00:11:22:33:44:66', version: '1' };

/** The header with all cookies of a browser. */
export function cookieOf({ cookies }: CookieBrowser): string {
  return [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
}
