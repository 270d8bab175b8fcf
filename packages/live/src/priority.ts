// The live server goes before other programs of its machine where the system allows that: its turns are short, and each one that
// waits behind a recording's or a snapshot's long one is seen by every viewer.
import { constants, setPriority } from 'node:os';

/** Raises this process, and with it the workers that it starts. Linux allows it to root and to services with LimitNICE, Windows to all. */
export function raisePriority(raise: (priority: number) => void = setPriority): void {
  try {
    raise(constants.priority.PRIORITY_ABOVE_NORMAL);
  } catch {
    // Then it takes its turn among the others.
  }
}
