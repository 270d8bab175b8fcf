// Numbers and moments in the language in use. vue-i18n makes a new formatter for each text, which costs more than the rest of a
// card; these are made once, and not at all for what can be written without.
import type { Language } from '@lubo/contract/language';
import { i18n } from './i18n.ts';
import { momentInFigures, momentInWords, shortCount } from './moments.ts';

const numbers = new Map<string, Intl.NumberFormat>();
const moments = new Map<string, Intl.DateTimeFormat>();

const inUse = (): Language => i18n.global.locale.value;

/** What a component writes numbers and moments with; texts follow the language as those of `useI18n` do. */
export function useFormats() {
  return {
    /** A count. */
    n: (value: number): string => {
      const language = inUse();
      return shortCount(value) ?? kept(numbers, language, () => new Intl.NumberFormat(language)).format(value);
    },
    /** Day and minute in figures: `2026/9/1 09:05`. */
    figures: (value: Date): string => momentInFigures(value, inUse()),
    /** Day and minute in words: `2026年9月1日 09:05`. */
    words: (value: Date): string => momentInWords(value, inUse()) ?? d(value, { dateStyle: 'long', timeStyle: 'short' }),
    /** In any other way. */
    d,
  };
}

function d(value: Date, options: Intl.DateTimeFormatOptions): string {
  const language = inUse();
  return kept(moments, `${language} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(language, options)).format(value);
}

/** Few languages and few ways to write a moment: nothing of it has to go. */
function kept<T>(all: Map<string, T>, key: string, make: () => T): T {
  const known = all.get(key) ?? make();
  all.set(key, known);
  return known;
}
