// Lists too long for a menu, as the site searches them: the first that fit the words, and the names of those that are chosen.
import { routes } from '@lubo/contract';
import { call } from '../../api.ts';
import type { Choice } from '../choices.ts';

/** What is asked: words, or identities. */
export type ChoiceQuery = { search: string; pageSize: number } | { ids: string; pageSize: number };
/** Rejects with ApiProblem. */
export type ChoiceSource = (query: ChoiceQuery) => Promise<{ choices: Choice[]; total: number }>;

const readers = {
  teachers: async (query: ChoiceQuery) => choicesOf(await call(routes.listTeachers, { query }), ({ name }) => name),
  channels: async (query: ChoiceQuery) => choicesOf(await call(routes.listManagedChannels, { query }), channelLabel),
  schools: async (query: ChoiceQuery) => choicesOf(await call(routes.listSchools, { query }), ({ name }) => name),
  gathers: async (query: ChoiceQuery) => choicesOf(await call(routes.listGathers, { query }), ({ title }) => title),
} satisfies Record<string, ChoiceSource>;

export type SourceName = keyof typeof readers;
export const sources: Readonly<Record<SourceName, ChoiceSource>> = readers;

function choicesOf<Row extends { id: string }>({ rows, total }: { rows: Row[]; total: number }, labelOf: (row: Row) => string): { choices: Choice[]; total: number } {
  return { choices: rows.map((row) => ({ value: row.id, label: labelOf(row) })), total };
}

function channelLabel({ name, gradeName, schoolName }: { name: string; gradeName: string; schoolName: string }): string {
  return [schoolName, `${gradeName}${name}`].filter(Boolean).join(' · ');
}
