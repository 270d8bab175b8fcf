// What hangs on a thing that is to be deleted. Each room counts its own things; here they are put together, shown and confirmed.
import { createHash } from 'node:crypto';
import { AppError, type Usage, type UsageItem } from '@lubo/contract';
import type { Db } from '../db/tables.ts';

/** What can be deleted and asked about. A room that adds a kind of thing adds its word. */
export type UsedThing = 'school' | 'grade' | 'subject' | 'teacher' | 'sample-teachers' | 'gather';

/** Counts one kind of things that hang on a `thing`. */
export type UsageCounter = {
  thing: UsedThing;
  kind: string;
  effect: UsageItem['effect'];
  count(db: Db, id: string): Promise<{ count: number; bytes?: number }>;
};

export type UsageBook = {
  /** All that hangs on it now; inside a transaction pass that. */
  of(db: Db, thing: UsedThing, id: string): Promise<Usage>;
  /**
   * Belongs into the transaction that deletes, before the deletion. Throws AppError `in-use` when something blocks and
   * `confirm-needed` when `confirm` is not the state as it is, both with the usage.
   */
  requireDeletable(trx: Db, thing: UsedThing, id: string, confirm: string | undefined): Promise<void>;
};

/** Puts the rooms' counters together. */
export function createUsageBook(counters: readonly UsageCounter[]): UsageBook {
  const of: UsageBook['of'] = async (db, thing, id) => {
    const items: UsageItem[] = [];
    for (const { kind, effect, count } of counters.filter((counter) => counter.thing === thing)) {
      const found = await count(db, id);
      if (found.count > 0) items.push({ kind, effect, ...found });
    }
    return { items, isBlocked: items.some(({ effect }) => effect === 'blocks'), state: stateOf(items) };
  };
  return {
    of,
    async requireDeletable(trx, thing, id, confirm) {
      const usage = await of(trx, thing, id);
      const list = usage.items.map(({ count, kind }) => `${count} ${kind}`).join(', ');
      if (usage.isBlocked) throw new AppError('conflict', 'in-use', `It is still in use: ${list}.`, { usage });
      if (usage.items.length === 0 || confirm === usage.state) return;
      throw new AppError('conflict', 'confirm-needed', `Deleting it touches ${list}: confirm with ?confirm=${usage.state}.`, { usage });
    },
  };
}

/** A counter that counts the rows which `query` selects. */
export function countOf(query: (db: Db, id: string) => { executeTakeFirstOrThrow(): Promise<{ count: number | string | bigint }> }): UsageCounter['count'] {
  return async (db, id) => ({ count: Number((await query(db, id).executeTakeFirstOrThrow()).count) });
}

function stateOf(items: readonly UsageItem[]): string {
  return createHash('sha256').update(JSON.stringify(items)).digest('hex').slice(0, 16);
}
