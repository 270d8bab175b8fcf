// Work that waits until a burst of changes is over, but never longer than a bound: where something always changes, too.

/** Work that is due some time after it was asked for. */
export type Settle = {
  /** Asks for the work; asking again before it ran puts it off. */
  touch(): void;
  cancel(): void;
};

/** Runs `run` `quietMs` after the last touch, at the latest `longestMs` after the first. */
export function createSettle(run: () => void, { quietMs, longestMs }: { quietMs: number; longestMs: number }): Settle {
  let quiet: ReturnType<typeof setTimeout> | undefined;
  let latest: ReturnType<typeof setTimeout> | undefined;
  const cancel = (): void => {
    clearTimeout(quiet);
    clearTimeout(latest);
    latest = undefined;
  };
  const end = (): void => {
    cancel();
    run();
  };
  return {
    touch() {
      clearTimeout(quiet);
      quiet = setTimeout(end, quietMs);
      latest ??= setTimeout(end, longestMs);
    },
    cancel,
  };
}
