// HTTP of the inspections' room.
import { routes } from '@lubo/contract';
import type { Agents } from '../agents/agents.ts';
import type { Board } from '../channels/board.ts';
import type { Serve } from '../http/serve.ts';
import type { Inspections } from './inspections.ts';

/** Registers the room's operations. */
export function inspectionRoutes(serve: Serve, { inspections, agents, board }: { inspections: Inspections; agents: Agents; board: Board }): void {
  serve(routes.listChannelViewers, async ({ params }) => {
    await board.require(params.id);
    const { rows, ...rest } = await inspections.viewers(params.id);
    const titles = new Map((await agents.list('live')).map(({ id, title }) => [id, title]));
    return { rows: rows.map((row) => Object.assign({}, row, { liveServerTitle: titles.get(row.liveServerId) ?? '' })), ...rest };
  });
}
