// What an administrator does over the HTTP API: signs in, hands out codes, looks at agents, adds channels.
import { join } from 'node:path';
import type { Agent, AgentKind, ChannelSettings, EnrolmentCode } from '@lubo/contract';
import { root } from './installation.ts';

/** Settings that make this administrator. */
export const administratorSettings = { LUBO_ADMIN_USER: 'admin', LUBO_ADMIN_PASSWORD: 'correct horse' };

export type Administrator = {
  code(kind: AgentKind): Promise<string>;
  agents(kind: AgentKind): Promise<Agent[]>;
  /** A channel that plays the demo's clip. */
  addChannel(name: string, gatherId: string): Promise<ChannelSettings>;
};

/** Signs in at a site that was started with `administratorSettings`. */
export async function signIn(siteUrl: string): Promise<Administrator> {
  let cookie = '';
  const call = async (method: string, path: string, body?: unknown): Promise<Response> => {
    const json = body === undefined ? {} : { body: JSON.stringify(body) };
    const response = await fetch(`${siteUrl}${path}`, { method, headers: { 'content-type': 'application/json', cookie }, ...json });
    if (!response.ok) throw new Error(`${response.status} from ${path}: ${await response.text()}`);
    return response;
  };
  const { LUBO_ADMIN_USER: name, LUBO_ADMIN_PASSWORD: password } = administratorSettings;
  const session = await call('POST', '/api/session', { name, password });
  cookie = (session.headers.get('set-cookie') ?? '').split(';')[0] ?? '';
  return {
    code: async (kind) => ((await (await call('POST', '/api/enrolment-codes', { kind })).json()) as EnrolmentCode).code,
    agents: async (kind) => ((await (await call('GET', `/api/agents?kind=${kind}`)).json()) as { rows: Agent[] }).rows,
    async addChannel(channelName, gatherId) {
      const source = { mode: 'file', path: join(root, 'packages', 'gather', 'demo', 'classroom.mp4') };
      return (await (await call('POST', '/api/channels', { name: channelName, gatherId, source })).json()) as ChannelSettings;
    },
  };
}
