// Numbers and moments in the language in use. vue-i18n makes a new formatter for each text, which costs more than the rest of a
// card; these are made once.
import { i18n } from './i18n.ts';

const numbers = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();

/** What a component writes numbers and moments with; texts follow the language as those of `useI18n` do. */
export function useFormats(): { n(value: number): string; d(value: Date, options: Intl.DateTimeFormatOptions): string } {
  return {
    n: (value) => kept(numbers, i18n.global.locale.value, (language) => new Intl.NumberFormat(language)).format(value),
    d: (value, options) => {
      const language = i18n.global.locale.value;
      return kept(moments, `${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options)).format(value);
    },
  };
}

/** Few languages and few ways to write a moment: nothing of it has to go. */
function kept<T>(all: Map<string, T>, key: string, make: (key: string) => T): T {
  const known = all.get(key) ?? make(key);
  all.set(key, known);
  return known;
}
