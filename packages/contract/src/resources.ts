// Desired state as a map of resources: how two states differ, and how a change is applied. Pure; both ends of the relay use it.
import type { RelayDown, Resources } from './relay.ts';

/** What turns `from` into `to`; `undefined` when nothing differs. Values are compared by their JSON. */
export function differenceOf(from: Resources, to: Resources): { set: Resources; remove: string[] } | undefined {
  const set: Resources = {};
  for (const [key, value] of Object.entries(to)) {
    if (!(key in from) || JSON.stringify(from[key]) !== JSON.stringify(value)) set[key] = value;
  }
  const remove = Object.keys(from).filter((key) => !(key in to));
  return Object.keys(set).length === 0 && remove.length === 0 ? undefined : { set, remove };
}

/** Desired state as an agent holds it. */
export type HeldState = { revision: number; resources: Resources };

/**
 * The state after a message from the site, or `'resync'` when a change does not fit what is held
 * (a message was lost). Within one connection revisions only rise: a message that is doubled or late changes nothing.
 */
export function applyDown(held: HeldState | undefined, message: RelayDown): HeldState | 'resync' {
  if (held !== undefined && message.revision <= held.revision) return held;
  if (message.type === 'state') return { revision: message.revision, resources: message.resources };
  if (held === undefined || held.revision !== message.from) return 'resync';
  const resources = { ...held.resources, ...message.set };
  for (const key of message.remove) delete resources[key];
  return { revision: message.revision, resources };
}
