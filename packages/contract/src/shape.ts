// Shapes that every room's shapes are made of: ids, times, names, pages.
import { z } from 'zod';

/** Identity of a row: 12 characters of lower-case base 32, made by the site. */
export const Id = z.string().regex(/^[0-9a-z]{12}$/, 'not an id');

/** A moment: ISO 8601 in UTC with milliseconds. */
export const Moment = z.iso.datetime();

/** A name that people give: trimmed, 1 to 64 characters, no control characters. */
export const Name = z
  .string()
  .trim()
  .min(1)
  .max(64)
  .regex(/^[^\p{Cc}]*$/u, 'control characters are not allowed');

export const IdParams = z.object({ id: Id });

/** Query of a paged list; `page` counts from 1. */
export const PageQuery = z.object({
  page: z.coerce.number().int().min(1).max(100_000).default(1),
  pageSize: z.coerce.number().int().min(1).max(200).default(50),
});

/** A page of rows and how many there are in all. */
export function pageOf<Row extends z.ZodType>(row: Row) {
  return z.object({ rows: z.array(row), total: z.int() });
}
