// Changes of desired state: one transaction for the change and the revisions that it raises, then the relay is told.
import type { Db } from '../db/tables.ts';
import { raiseRevision } from './revisions.ts';

/** Marks an agent as touched by the running change. */
export type Touch = (agentId: string) => void;

export type StateChanges = {
  /** Runs `work` in a transaction; every agent it touches gets a new revision in the same one. */
  commit<T>(work: (trx: Db, touch: Touch) => Promise<T>): Promise<T>;
  /** Told after each commit that touched agents. */
  onCommit(listener: (agentIds: readonly string[]) => void): void;
};

/** Makes changes on `db`. */
export function createStateChanges(db: Db): StateChanges {
  const listeners: ((agentIds: readonly string[]) => void)[] = [];
  return {
    async commit(work) {
      const touched = new Set<string>();
      const result = await db.transaction().execute(async (trx) => {
        touched.clear();
        const done = await work(trx, (agentId) => touched.add(agentId));
        for (const agentId of touched) await raiseRevision(trx, agentId);
        return done;
      });
      if (touched.size > 0) for (const listener of listeners) listener([...touched]);
      return result;
    },
    onCommit: (listener) => void listeners.push(listener),
  };
}
