// What hangs on a thing that is to be deleted, and how it is confirmed: nobody deletes more than they were shown.
import { z } from 'zod';

/**
 * One kind of things that hang on another. `blocks`: they must go elsewhere first; `stays`: they stay and lose the
 * connection (a channel its grade); `goes`: they are deleted with it.
 */
export const UsageItem = z.object({
  /** What they are, for programs and translations: `gathers`, `channels`, `recordings`, … */
  kind: z.string().max(32),
  effect: z.enum(['blocks', 'stays', 'goes']),
  count: z.int(),
  /** Their size in storage, where they have one. */
  bytes: z.int().optional(),
});
export type UsageItem = z.infer<typeof UsageItem>;

/** All of it. An empty list: nothing hangs on it. */
export const Usage = z.object({
  items: z.array(UsageItem),
  /** Something blocks: deleting is refused until that is gone. */
  isBlocked: z.boolean(),
  /** Name of this very state; to delete what is in use, send it as `?confirm=`. */
  state: z.string(),
});
export type Usage = z.infer<typeof Usage>;

/** Query of a delete. */
export const ConfirmQuery = z.object({ confirm: z.string().max(64).optional() });
