// HTTP of the channels' room.
import { routes } from '@lubo/contract';
import { embedHtml, embedPath } from '@lubo/contract/embed-code';
import type { Demands } from '../demand/demands.ts';
import type { Serve } from '../http/serve.ts';
import type { LiveServers } from '../live-servers/live-servers.ts';
import type { Board } from './board.ts';
import { type Channels, noChannel } from './channels.ts';
import type { ManagedChannels } from './managed.ts';
import { requireWatchable } from './status.ts';

export type ChannelRoutesOptions = {
  channels: Channels;
  board: Board;
  managed: ManagedChannels;
  demands: Demands;
  liveServers: LiveServers;
  embedOrigins: readonly string[];
};

/** Registers the room's operations. */
export function channelRoutes(serve: Serve, { channels, board, managed, demands, liveServers, embedOrigins }: ChannelRoutesOptions): void {
  serve(routes.listChannels, ({ query }) => board.list(query));
  serve(routes.getChannel, async ({ params }) => {
    const channel = await board.find(params.id);
    if (channel === undefined) throw noChannel();
    return channel;
  });
  serve(routes.getChannelSettings, ({ params }) => channels.settings(params.id));
  serve(routes.createChannel, ({ body }) => channels.create(body));
  serve(routes.editChannel, ({ params, body }) => channels.edit(params.id, body));
  serve(routes.deleteChannel, ({ params }) => channels.remove(params.id));
  serve(routes.restoreChannel, ({ params }) => channels.restore(params.id));
  serve(routes.listManagedChannels, ({ query }) => managed.list(query));
  serve(routes.getManagedChannel, ({ params }) => managed.find(params.id));
  serve(routes.channelUsage, ({ body }) => channels.usage(body.ids));
  serve(routes.changeChannels, ({ body }) => managed.act(body.ids, body.action));
  serve(routes.watchChannel, async ({ params }, call) => {
    const { row, seen } = await board.require(params.id);
    requireWatchable(row, seen);
    const liveServerId = await demands.want({ channelId: row.id, gatherId: row.gatherId }, call.isSecure);
    return liveServers.watchAddresses(liveServerId, row.id, { siteHost: call.hostname, isSecure: call.isSecure });
  });
  serve(routes.getChannelAddresses, async ({ params }, call) => {
    const { row } = await board.require(params.id);
    const liveServerId = await demands.whereTo(row.id, call.isSecure);
    const addresses = await liveServers.handedOutAddresses(liveServerId, row.id, { siteHost: call.hostname, isSecure: call.isSecure });
    const url = `${call.siteUrl}${embedPath(`/live/${row.id}`)}`;
    return { ...addresses, embed: { url, html: embedHtml(url, row.name), allowedOrigins: [...embedOrigins] } };
  });
}
