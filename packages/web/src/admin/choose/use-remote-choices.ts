// Remote choices in a component: the chosen have their names from the start, and again when the lists around them change.
import { type ShallowRef, onBeforeUnmount, shallowRef, watch } from 'vue';
import { listen } from '../../events.ts';
import { type RemoteChoices, createRemoteChoices } from './remote-choices.ts';
import { type SourceName, sources } from './sources.ts';

/** Call in a component's setup; `chosen` are the identities to name. */
export function useRemoteChoices(source: SourceName, chosen: () => readonly string[]): RemoteChoices {
  const choices = createRemoteChoices(sources[source]);
  watch(chosen, (ids) => void choices.name(ids), { immediate: true });
  const again = (): void => void choices.name(chosen(), true);
  const agents = source === 'gathers' ? { 'agent-changed': again } : {};
  onBeforeUnmount(listen({ onGap: () => {}, on: { catalog: again, ...agents } }));
  return choices;
}

/** Whether the list has any row; true until it is known. Call in a component's setup. */
export function useHasAny(source: SourceName): Readonly<ShallowRef<boolean>> {
  const hasAny = shallowRef(true);
  const read = async (): Promise<void> => {
    const answer = await sources[source]({ search: '', pageSize: 1 }).catch(() => undefined);
    if (answer !== undefined) hasAny.value = answer.total > 0;
  };
  const again = (): void => void read();
  onBeforeUnmount(listen({ onGap: again, on: { catalog: again, ...(source === 'gathers' ? { 'agent-changed': again } : {}) } }));
  again();
  return hasAny;
}
