// Which worker has the publisher of each stream, and which have viewers: kept in the primary, told to every worker.

/** The worker with the publisher: its slot, and that worker's number for this publisher. */
export type Home = { slot: number; number: number };

/** Where one stream is. */
export type Place = { home: Home | undefined; watchers: readonly number[] };

/** Places by name of stream. Each change gives the names whose place is another now. */
export class Directory {
  readonly #homes = new Map<string, Home>();
  readonly #watchers = new Map<string, Set<number>>();

  place(name: string): Place {
    return { home: this.#homes.get(name), watchers: [...(this.#watchers.get(name) ?? [])] };
  }

  /** Every stream that is somewhere. */
  get names(): string[] {
    return [...new Set([...this.#homes.keys(), ...this.#watchers.keys()])];
  }

  /** A publisher came, maybe in the place of another one: the last word counts. */
  publish(name: string, home: Home): void {
    this.#homes.set(name, home);
  }

  /** A publisher went; false when another one has its place already. */
  unpublish(name: string, { slot, number }: Home): boolean {
    const home = this.#homes.get(name);
    if (home?.slot !== slot || home.number !== number) return false;
    return this.#homes.delete(name);
  }

  watch(name: string, slot: number, isWatched: boolean): void {
    const watchers = this.#watchers.get(name) ?? new Set<number>();
    if (isWatched) watchers.add(slot);
    else watchers.delete(slot);
    if (watchers.size > 0) this.#watchers.set(name, watchers);
    else this.#watchers.delete(name);
  }

  /** A worker is gone with its publishers and viewers; gives the streams that were there. */
  forget(slot: number): string[] {
    const here = this.names.filter((name) => this.#homes.get(name)?.slot === slot || this.#watchers.get(name)?.has(slot));
    for (const name of here) {
      if (this.#homes.get(name)?.slot === slot) this.#homes.delete(name);
      this.watch(name, slot, false);
    }
    return here;
  }
}
