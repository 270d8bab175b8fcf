// What the suites need of a driver to test it.
import type { Store } from './store.ts';

/** An empty volume. `reopen`: the same volume as another process sees it. `unmount`: leaves an empty folder behind. */
export type StoreUnderTest = {
  store: Store;
  reopen(): Store;
  unmount(): Promise<void>;
  mount(): Promise<void>;
  close(): Promise<void>;
};

export type MakeStore = () => Promise<StoreUnderTest>;

/** What `assert.rejects` compares an AppError with. */
export const withCode = (code: string): { name: string; code: string } => ({ name: 'AppError', code });
