// What can be chosen in filters and forms, read from the site when a screen opens and again when the lists around it change.
import { routes } from '@lubo/contract';
import { onBeforeUnmount, shallowRef } from 'vue';
import type { ShallowRef } from 'vue';
import { call } from '../api.ts';
import { listen } from '../events.ts';
import { readTeachers } from './read-teachers.ts';

export type Choice = { value: string; label: string };

/** Rows of one page of a list, and most pages that are read for a menu. */
const pageSize = 200;
const mostPages = 10;

const readers = {
  gathers: async () => (await wholeList((page) => call(routes.listGathers, { query: { page, pageSize } }))).map(({ id, title }) => ({ value: id, label: title })),
  schools: async () => (await wholeList((page) => call(routes.listSchools, { query: { page, pageSize } }))).map(({ id, name }) => ({ value: id, label: name })),
  grades: async () => (await call(routes.listGrades)).rows.map(({ id, stage, name }) => ({ value: id, label: `${stage}${name}` })),
  subjects: async () => (await call(routes.listSubjects)).rows.map(({ id, name }) => ({ value: id, label: name })),
  teachers: async () => (await readTeachers()).map(({ id, name }) => ({ value: id, label: name })),
  channels: async () => (await wholeList((page) => call(routes.listManagedChannels, { query: { page, pageSize } }))).map(channelChoice),
} satisfies Record<string, () => Promise<Choice[]>>;

export type ChoiceName = keyof typeof readers;

function channelChoice({ id, name, gradeName, schoolName }: { id: string; name: string; gradeName: string; schoolName: string }): Choice {
  return { value: id, label: [schoolName, `${gradeName}${name}`].filter(Boolean).join(' · ') };
}

/** Choices of each of these names; empty until they are read. Call in a component's setup. */
export function useChoices<Name extends ChoiceName>(names: readonly Name[]): Record<Name, ShallowRef<readonly Choice[]>> {
  const choices = Object.fromEntries(names.map((name) => [name, shallowRef<readonly Choice[]>([])])) as unknown as Record<Name, ShallowRef<readonly Choice[]>>;
  const read = async (name: Name): Promise<void> => {
    // A menu that was not read stays as it is: the list itself tells what is wrong.
    const found = await readers[name]().catch(() => undefined);
    if (found !== undefined) choices[name].value = found;
  };
  const readAll = (): void => names.forEach((name) => void read(name));
  const stop = listen({ onGap: readAll, on: { catalog: readAll, ...(names.some((name) => name === 'gathers') ? { 'agent-changed': readAll } : {}) } });
  readAll();
  onBeforeUnmount(stop);
  return choices;
}

async function wholeList<Row>(read: (page: number) => Promise<{ rows: Row[]; total: number }>): Promise<Row[]> {
  const all: Row[] = [];
  for (let page = 1; page <= mostPages; page++) {
    const { rows, total } = await read(page);
    all.push(...rows);
    if (all.length >= total || rows.length === 0) break;
  }
  return all;
}
