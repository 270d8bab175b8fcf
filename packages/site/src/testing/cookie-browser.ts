// A browser for tests as far as cookies go: keeps what the site sets, sends it back, forgets what is taken away.
import type { Route } from '@lubo/contract';
import type { Answer, CallOptions, SiteInHand } from './site-in-hand.ts';

export type CookieBrowser = {
  call<R extends Route>(route: R, options?: CallOptions): Promise<Answer<R>>;
  cookies: ReadonlyMap<string, string>;
};

/** A browser without cookies. */
export function cookieBrowser(hand: SiteInHand): CookieBrowser {
  const cookies = new Map<string, string>();
  return {
    cookies,
    async call(route, options) {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const answer = await hand.call(route, { ...options, cookie });
      for (const line of [answer.headers['set-cookie'] ?? []].flat() as string[]) {
        const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === '' || /Expires=Thu, 01 Jan 1970/.test(line)) cookies.delete(name);
        else cookies.set(name, value);
      }
      return answer;
    },
  };
}
