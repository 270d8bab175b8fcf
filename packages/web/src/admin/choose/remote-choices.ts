// Choosing from a list that only the site knows whole: it is searched as one types, and the chosen are named wherever they stand in it.
import { type ShallowRef, shallowReadonly, shallowRef } from 'vue';
import type { Choice } from '../choices.ts';
import type { ChoiceSource } from './sources.ts';

/** So many are offered at once; one types for more. */
export const offeredAtOnce = 50;
/** Typing is waited out for so long, in ms. */
export const searchDebounceMs = 200;
/** Most identities of one question. */
const namedAtOnce = 200;

export type RemoteChoices = {
  /** What is offered: the answer to the newest words. */
  offered: Readonly<ShallowRef<readonly Choice[]>>;
  /** How many more fit the words. */
  more: Readonly<ShallowRef<number>>;
  state: Readonly<ShallowRef<'reading' | 'read' | 'failed'>>;
  /** Names by identity, as far as they are known. */
  names: Readonly<ShallowRef<ReadonlyMap<string, string>>>;
  /** Asks; an answer that comes after that to newer words is left out. */
  search(words: string): Promise<void>;
  /** Asks for the names that are not known yet, or for all `anew`; what is gone stays without. */
  name(ids: readonly string[], anew?: boolean): Promise<void>;
};

/** Over one list of the site. */
export function createRemoteChoices(source: ChoiceSource): RemoteChoices {
  const offered = shallowRef<readonly Choice[]>([]);
  const more = shallowRef(0);
  const state = shallowRef<'reading' | 'read' | 'failed'>('reading');
  const names = shallowRef<ReadonlyMap<string, string>>(new Map());
  const learn = (choices: readonly Choice[]): void => void (names.value = new Map([...names.value, ...choices.map(({ value, label }) => [value, label] as const)]));
  let asked = 0;
  return {
    offered: shallowReadonly(offered),
    more: shallowReadonly(more),
    state: shallowReadonly(state),
    names: shallowReadonly(names),
    async search(words) {
      const mine = ++asked;
      state.value = 'reading';
      const answer = await source({ search: words.trim(), pageSize: offeredAtOnce }).catch(() => undefined);
      if (mine !== asked) return;
      state.value = answer === undefined ? 'failed' : 'read';
      offered.value = answer?.choices ?? [];
      more.value = answer === undefined ? 0 : Math.max(0, answer.total - answer.choices.length);
      learn(offered.value);
    },
    async name(ids, anew = false) {
      const wanted = [...new Set(ids)].filter((id) => id !== '' && (anew || !names.value.has(id)));
      for (let from = 0; from < wanted.length; from += namedAtOnce) {
        // An identity without a name is shown as it is: the list itself tells what is wrong.
        const answer = await source({ ids: wanted.slice(from, from + namedAtOnce).join(','), pageSize: namedAtOnce }).catch(() => undefined);
        learn(answer?.choices ?? []);
      }
    },
  };
}
