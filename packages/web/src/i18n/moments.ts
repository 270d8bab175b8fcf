// Numbers and moments as `Intl` writes them, without it: making its first formatter takes a phone longer than all cards in sight. Pure.
import type { Language } from '@lubo/contract/language';

/** A count; `undefined` where it needs separators. */
export function shortCount(value: number): string | undefined {
  return Number.isInteger(value) && value >= 0 && value < 1000 ? String(value) : undefined;
}

/** Day and minute in figures, by the clock of the browser: `2026/9/1 09:05`, `9/1/2026, 09:05`. */
export function momentInFigures(moment: Date, language: Language): string {
  const [year, month, day] = [moment.getFullYear(), moment.getMonth() + 1, moment.getDate()];
  return language === 'en' ? `${month}/${day}/${year}, ${clock(moment)}` : `${year}/${month}/${day} ${clock(moment)}`;
}

/** Day and minute in words; `undefined` for languages whose words only `Intl` knows. */
export function momentInWords(moment: Date, language: Language): string | undefined {
  return language === 'en' ? undefined : `${moment.getFullYear()}年${moment.getMonth() + 1}月${moment.getDate()}日 ${clock(moment)}`;
}

function clock(moment: Date): string {
  return [moment.getHours(), moment.getMinutes()].map((part) => String(part).padStart(2, '0')).join(':');
}
