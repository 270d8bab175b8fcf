// Short lists to choose from in filters and forms, read whole from the site when a screen opens and again when the lists around it change.
import { routes } from '@lubo/contract';
import { onBeforeUnmount, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { call } from '../api.ts';
import { listen } from '../events.ts';

export type Choice = { value: string; label: string };

const readers = {
  grades: async () => (await call(routes.listGrades)).rows.map(({ id, stage, name }) => ({ value: id, label: `${stage}${name}` })),
  subjects: async () => (await call(routes.listSubjects)).rows.map(({ id, name }) => ({ value: id, label: name })),
} satisfies Record<string, () => Promise<Choice[]>>;

export type ChoiceName = keyof typeof readers;

/** Choices of each of these names; empty until they are read. Call in a component's setup. */
export function useChoices<Name extends ChoiceName>(names: readonly Name[]): Record<Name, ShallowRef<readonly Choice[]>> {
  const choices = Object.fromEntries(names.map((name) => [name, shallowRef<readonly Choice[]>([])])) as unknown as Record<Name, ShallowRef<readonly Choice[]>>;
  const read = async (name: Name): Promise<void> => {
    // A menu that was not read stays as it is: the list itself tells what is wrong.
    const found = await readers[name]().catch(() => undefined);
    if (found !== undefined) choices[name].value = found;
  };
  const readAll = (): void => names.forEach((name) => void read(name));
  const stop = listen({ onGap: readAll, on: { catalog: readAll } });
  readAll();
  onBeforeUnmount(stop);
  return choices;
}
