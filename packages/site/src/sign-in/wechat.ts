// WeChat's sign-in: the open platform's QR code, and the page within WeChat's own browser
// (https://developers.weixin.qq.com/doc/oplatform/Website_App/WeChat_Login/Wechat_Login.html,
// https://developers.weixin.qq.com/doc/offiaccount/OA_Web_Apps/Wechat_webpage_authorization.html).
import { AppError } from '@lubo/contract';
import { z } from 'zod';
import { type Profile, declined, expired, pictureOf, plainName, refused, regionOf, unreachable } from './profile.ts';

const patienceMillis = 8_000;
const maxAnswerBytes = 64 * 1024;
const name = 'WeChat';

/** Where WeChat is: its own addresses, or a stand-in's. */
export type WechatPlaces = { openUrl: string; apiUrl: string };
export type WechatApp = { appId: string; secret: string };

/** WeChat answers 200 to everything and says in the body what went wrong. */
const Failure = z.object({ errcode: z.int().refine((code) => code !== 0), errmsg: z.string().catch('') });
const Token = z.object({ access_token: z.string().min(1), openid: z.string().min(1).max(128), unionid: z.string().max(128).optional() });
const User = z.object({
  openid: z.string(),
  nickname: z.unknown(),
  headimgurl: z.unknown(),
  country: z.unknown(),
  province: z.unknown(),
  city: z.unknown(),
  unionid: z.string().max(128).optional(),
});

/** The code is wrong, used, or too old. */
const staleCodes = new Set([40029, 40163, 41008, 42003]);
const busyCode = -1;

/** Where the browser goes. `isPage` within WeChat's own browser. */
export function wechatAddress({ openUrl }: WechatPlaces, appId: string, isPage: boolean, { redirectUri, state }: { redirectUri: string; state: string }): string {
  const path = isPage ? '/connect/oauth2/authorize' : '/connect/qrconnect';
  // In this order: WeChat checks it for pages.
  const query = new URLSearchParams([
    ['appid', appId],
    ['redirect_uri', redirectUri],
    ['response_type', 'code'],
    ['scope', isPage ? 'snsapi_userinfo' : 'snsapi_login'],
    ['state', state],
  ]);
  return `${openUrl.replace(/\/+$/, '')}${path}?${query.toString()}#wechat_redirect`;
}

/** Exchanges the code that the browser brought back for who it is. Throws AppError. */
export async function wechatProfile({ apiUrl }: WechatPlaces, { appId, secret }: WechatApp, query: URLSearchParams): Promise<Profile> {
  const code = query.get('code');
  // Who declines is sent back with the state alone.
  if (code === null || code === '') throw declined();
  const token = await ask(apiUrl, '/sns/oauth2/access_token', { appid: appId, secret, code, grant_type: 'authorization_code' }, Token);
  const user = await ask(apiUrl, '/sns/userinfo', { access_token: token.access_token, openid: token.openid, lang: 'zh_CN' }, User);
  const union = user.unionid ?? token.unionid;
  const own = `open:${appId}:${token.openid}`;
  return {
    subjects: union === undefined || union === '' ? [own] : [`union:${union}`, own],
    name: plainName(user.nickname) ?? '微信用户',
    pictureUrl: pictureOf(user.headimgurl),
    region: regionOf(user.country, user.province, user.city),
  };
}

async function ask<Shape extends z.ZodType>(apiUrl: string, path: string, query: Record<string, string>, shape: Shape): Promise<z.output<Shape>> {
  const answer = await getJson(`${apiUrl.replace(/\/+$/, '')}${path}?${new URLSearchParams(query).toString()}`);
  const failure = Failure.safeParse(answer);
  if (failure.success) throw problemOf(failure.data);
  const parsed = shape.safeParse(answer);
  if (!parsed.success) throw unreachable(name, parsed.error);
  return parsed.data;
}

function problemOf({ errcode, errmsg }: z.infer<typeof Failure>): AppError {
  const cause = new Error(`WeChat's error ${errcode}: ${errmsg.slice(0, 200)}`);
  if (staleCodes.has(errcode)) return expired(cause);
  if (errcode === busyCode) return unreachable(name, cause);
  return refused(name, `${errcode} ${errmsg.replace(/[^\x20-\x7e]/g, ' ').slice(0, 200)}`, cause);
}

/** The body as JSON, whatever type WeChat calls it. The address holds the secret, so no error may name it. */
async function getJson(url: string): Promise<unknown> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(patienceMillis), redirect: 'error' });
    if (!response.ok) throw new Error(`status ${response.status}`);
    return JSON.parse(await boundedText(response));
  } catch (cause) {
    throw unreachable(name, cause);
  }
}

async function boundedText(response: Response): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk as Uint8Array, { stream: true });
    if (text.length > maxAnswerBytes) throw new Error(`an answer of more than ${maxAnswerBytes} bytes`);
  }
  return text + decoder.decode();
}
