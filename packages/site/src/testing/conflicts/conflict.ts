// What an operation may collide with: the set-up that makes it collide, what must be told, and set-ups that many have in common.
import type { Problem, ProblemCode } from '@lubo/contract';
import type { CallOptions } from '../site-in-hand.ts';
import type { Stage } from '../stage.ts';

/** `path`: the field that must be named. `undo`: the stage is as before. `tells`: what the problem says beside its code. */
export type Conflict = {
  code: ProblemCode;
  set(stage: Stage): Promise<CallOptions>;
  path?: string;
  tells?: 'usage' | 'meanwhile';
  undo?(stage: Stage): void;
};

export type Conflicts = readonly Conflict[] | { none: string };

/** An operation that sets something. */
export const bySet = { none: 'it says how things are to be: the last who says so is right' };
/** An operation that takes something away. */
export const byId = { none: 'what is gone is not there: 404' };

/** Rows put in until there are so many that no more are taken. `columns` of `n`, which counts them. */
export function full(code: ProblemCode, set: Conflict['set'], { table, columns, count }: { table: string; columns: Record<string, string>; count: number }): Conflict {
  const rows = `with recursive rows(n) as (select 1 union all select n + 1 from rows where n < ${count}) select ${Object.values(columns).join()} from rows`;
  return {
    code,
    async set(stage) {
      stage.sql(`insert into ${table} (${Object.keys(columns).join()}) ${rows}`);
      return set(stage);
    },
    undo: ({ sql }) => sql(`delete from ${table} where id like 'full%'`),
  };
}

/** Columns of such rows. */
export const numbered = {
  id: "printf('full%08d', n)",
  text: "'full ' || n",
  moment: "'2026-01-01T00:00:00.000Z'",
};

/** A create whose name another has. */
export const named = (make: (stage: Stage, name: string) => Promise<unknown>, body: (name: string) => object): Conflict => ({
  code: 'name-taken',
  path: 'body.name',
  async set(stage) {
    const name = stage.name();
    await make(stage, name);
    return { body: body(name) };
  },
});

/** An edit to a name that another has. */
export const renamed = (make: (stage: Stage, name: string) => Promise<{ id: string }>): Conflict => ({
  code: 'name-taken',
  path: 'body.name',
  async set(stage) {
    const name = stage.name();
    await make(stage, name);
    return { params: { id: (await make(stage, stage.name())).id }, body: { name } };
  },
});

/** Whether a problem tells what the conflict must tell. */
export function tellsOf({ path, tells }: Conflict, problem: Problem | undefined): boolean {
  if (problem?.status !== 409 || problem.detail === '') return false;
  if (path !== undefined && !problem.errors?.some((error) => error.path === path && error.code === 'taken')) return false;
  return tells === undefined || problem[tells] !== undefined;
}
