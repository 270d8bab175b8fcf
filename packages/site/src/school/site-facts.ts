// The site's own facts: name, footer, time zone. A change shows at once on every page and every gather.
import type { RequestOf, Site, routes } from '@lubo/contract';
import type { Db } from '../db/tables.ts';
import type { StateChanges } from '../relay/state-changes.ts';

export type SiteFactsOptions = {
  db: Db;
  changes: StateChanges;
  version: string;
  /** As with schools: the zone has changed. */
  replan(trx: Db, gatherIds: readonly string[]): Promise<void>;
  onChange(site: Site): void;
};

export type SiteFacts = {
  read(): Promise<Site>;
  edit(fields: RequestOf<typeof routes.editSite>['body']): Promise<Site>;
};

/** The room's rules over `db`; `version` is the product's. */
export function createSiteFacts({ db, changes, version, replan, onChange }: SiteFactsOptions): SiteFacts {
  const read = async (): Promise<Site> => {
    const row = await db.selectFrom('site').selectAll().where('id', '=', 1).executeTakeFirstOrThrow();
    return { tag: row.tag, name: row.name, officialUrl: row.official_url, servicePhone: row.service_phone, timeZone: row.time_zone, version };
  };
  return {
    read,
    async edit({ name, officialUrl, servicePhone, timeZone }) {
      const change = {
        ...(name === undefined ? {} : { name }),
        ...(officialUrl === undefined ? {} : { official_url: officialUrl }),
        ...(servicePhone === undefined ? {} : { service_phone: servicePhone }),
        ...(timeZone === undefined ? {} : { time_zone: timeZone }),
      };
      await changes.commit(async (trx, touch) => {
        if (Object.keys(change).length > 0) await trx.updateTable('site').set(change).where('id', '=', 1).execute();
        const ids = (await trx.selectFrom('gathers').select('agent_id').execute()).map((row) => row.agent_id);
        for (const id of ids) touch(id);
        if (timeZone !== undefined) await replan(trx, ids);
      });
      const site = await read();
      onChange(site);
      return site;
    },
  };
}
