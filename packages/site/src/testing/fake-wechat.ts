// A stand-in for WeChat's open platform: the page with the QR code (which is scanned and confirmed at once), the page within
// WeChat, tokens and users. Answers as the real one does: text/plain, status 200 also for errors, {errcode, errmsg}.
import { type ServerResponse, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

export type FakeUser = { openid: string; nickname: string; unionid?: string; headimgurl?: string; country?: string; province?: string; city?: string };

export type FakeWechat = {
  url: string;
  /** Who holds the phone. */
  user: FakeUser;
  /** What the person does with the QR code, or what ails the service. */
  mood: 'confirm' | 'decline' | 'down' | 'garbled' | 'busy' | 'slow';
  /** Paths that were asked for, with their query. */
  readonly asked: URL[];
  close(): Promise<void>;
};

export const wechatApp = { appId: 'wx0123456789abcdef', secret: 'secret of the website app' };
export const wechatPageApp = { appId: 'wxfedcba9876543210', secret: 'secret of the official account' };

const secretOf = new Map([wechatApp, wechatPageApp].map(({ appId, secret }) => [appId, secret]));
const scopeOf: Record<string, [scope: string, appId: string]> = {
  '/connect/qrconnect': ['snsapi_login', wechatApp.appId],
  '/connect/oauth2/authorize': ['snsapi_userinfo', wechatPageApp.appId],
};

/** Listens on a free loopback port. */
export async function startFakeWechat(): Promise<FakeWechat> {
  const codes = new Map<string, { appId: string; isUsed: boolean }>();
  const tokens = new Map<string, string>();
  let made = 0;
  const fake: Omit<FakeWechat, 'close' | 'url'> & { asked: URL[] } = { user: { openid: 'o1', nickname: '小明' }, mood: 'confirm', asked: [] };
  const authorize = (url: URL, response: ServerResponse): void => {
    const [scope, appId] = scopeOf[url.pathname] ?? [];
    const { appid, redirect_uri: back = '', response_type: type, scope: asked, state = '' } = Object.fromEntries(url.searchParams);
    if (appid !== appId || asked !== scope || type !== 'code' || !URL.canParse(back)) return answer(response, 'Scope 参数错误或没有 Scope 权限');
    const code = `code${++made}`;
    codes.set(code, { appId: appid ?? '', isUsed: false });
    const target = new URL(back);
    if (fake.mood !== 'decline') target.searchParams.set('code', code);
    target.searchParams.set('state', state);
    response.writeHead(302, { location: target.href }).end();
  };
  const token = (url: URL): object => {
    const { appid = '', secret, code = '', grant_type: grant } = Object.fromEntries(url.searchParams);
    const found = codes.get(code);
    if (!secretOf.has(appid)) return { errcode: 40013, errmsg: 'invalid appid, rid: 1' };
    if (secretOf.get(appid) !== secret) return { errcode: 40125, errmsg: 'invalid appsecret, rid: 2' };
    if (grant !== 'authorization_code' || found === undefined || found.appId !== appid) return { errcode: 40029, errmsg: 'invalid code, rid: 3' };
    if (found.isUsed) return { errcode: 40163, errmsg: 'code been used, rid: 4' };
    found.isUsed = true;
    const access = `access${++made}`;
    tokens.set(access, fake.user.openid);
    const { openid, unionid } = fake.user;
    const more = unionid === undefined ? {} : { unionid };
    return { access_token: access, expires_in: 7200, refresh_token: `refresh${made}`, openid, scope: 'snsapi_login', ...more };
  };
  const user = (url: URL): object => {
    const { access_token: access = '', openid } = Object.fromEntries(url.searchParams);
    if (!tokens.has(access)) return { errcode: 40001, errmsg: 'invalid credential, access_token is invalid or not latest, rid: 5' };
    if (tokens.get(access) !== openid) return { errcode: 40003, errmsg: 'invalid openid rid: 6' };
    return { sex: 0, language: '', city: '', province: '', country: '', headimgurl: '', privilege: [], ...fake.user };
  };
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    fake.asked.push(url);
    if (fake.mood === 'down') return void response.writeHead(502).end('Bad Gateway');
    if (fake.mood === 'slow') return;
    if (url.pathname in scopeOf) return authorize(url, response);
    if (fake.mood === 'garbled') return answer(response, '<html>');
    if (fake.mood === 'busy') return answer(response, JSON.stringify({ errcode: -1, errmsg: 'system error' }));
    if (url.pathname === '/sns/oauth2/access_token') return answer(response, JSON.stringify(token(url)));
    if (url.pathname === '/sns/userinfo') return answer(response, JSON.stringify(user(url)));
    response.writeHead(404).end();
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return Object.assign(fake, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: () =>
      new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  });
}

function answer(response: ServerResponse, text: string): void {
  response.writeHead(200, { 'content-type': 'text/plain' }).end(text);
}
