// The site's end of one agent's desired state, as a machine without a socket: what to send, when to send all of it again.
import { type HeldState, type RelayDown, differenceOf } from '@lubo/contract';

/** A state that was sent counts as lost after this long without `applied`. */
export const appliedMillis = 5_000;

export type Link = {
  /** Takes the newest desired state; what to send, if anything. States older than one that was offered are passed over. */
  offer(state: HeldState, now: number): RelayDown | undefined;
  /** The agent has taken on a revision. */
  applied(revision: number): void;
  /** The agent could not use a change. */
  resync(now: number): RelayDown | undefined;
  /** To be called about every second; the whole state again when nothing was heard of it. */
  tick(now: number): RelayDown | undefined;
  /** Revision that the agent was last known to hold. */
  readonly appliedRevision: number | undefined;
};

/** The link of a fresh connection: the agent holds nothing. */
export function createLink(): Link {
  let sent: HeldState | undefined;
  let sentAt = 0;
  let applied: number | undefined;

  const whole = (now: number): RelayDown | undefined => {
    if (sent === undefined) return undefined;
    sentAt = now;
    return { type: 'state', revision: sent.revision, resources: sent.resources };
  };
  return {
    offer(state, now) {
      const before = sent;
      if (before !== undefined && state.revision <= before.revision) return undefined;
      sent = state;
      if (before === undefined) return whole(now);
      sentAt = now;
      const { set, remove } = differenceOf(before.resources, state.resources) ?? { set: {}, remove: [] };
      return { type: 'change', from: before.revision, revision: state.revision, set, remove };
    },
    applied(revision) {
      // A late one of an older revision says nothing new: within a connection an agent never goes back.
      if (applied === undefined || revision > applied) applied = revision;
    },
    resync: whole,
    tick(now) {
      const isHeld = sent === undefined || applied === sent.revision;
      return isHeld || now - sentAt < appliedMillis ? undefined : whole(now);
    },
    get appliedRevision() {
      return applied;
    },
  };
}
