// Lists: what every list's query can say (page, search, sort) in one form, so that an address means the same everywhere.
import { z } from 'zod';
import { PageQuery } from './shape.ts';

/** Words to look for; in which columns is the room's choice. */
export const Search = z.string().trim().max(64);

/** Identities of the only rows that are asked for, with commas between: what has been chosen elsewhere, to be named. */
export const OnlyIds = z
  .string()
  .regex(/^[0-9a-z]{12}(,[0-9a-z]{12}){0,199}$/, 'not up to 200 ids')
  .transform((text) => text.split(','));

/**
 * Query of a list that can be sorted by `columns`: `sort=name` rises, `sort=-name` falls. Without `sort` it is `usual`.
 * A room adds its filters with `.extend({ … })`.
 */
export function listQuery<const Columns extends readonly [string, ...string[]]>(columns: Columns, usual: SortOf<Columns[number]>) {
  const sorts = columns.flatMap((column) => [column, `-${column}`]) as SortOf<Columns[number]>[];
  return PageQuery.extend({ search: Search.optional(), sort: z.enum(sorts).default(usual as never) });
}

/** A column's name, or it with `-` in front. */
export type SortOf<Column extends string> = Column | `-${Column}`;

/** Taken apart: `-name` is `{ column: 'name', isFalling: true }`. */
export function sortParts<Column extends string>(sort: SortOf<Column>): { column: Column; isFalling: boolean } {
  const isFalling = sort.startsWith('-');
  return { column: (isFalling ? sort.slice(1) : sort) as Column, isFalling };
}
