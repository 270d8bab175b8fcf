// Which language the pages speak: the viewer's choice, else the browser's, else Chinese. Pure.

export const languages = ['zh-CN', 'en'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words. */
export const languageNames: Record<Language, string> = { 'zh-CN': '中文', en: 'English' };

/** Picks by the remembered choice, then by the browser's list in its order. */
export function chooseLanguage(chosen: string | null, browser: readonly string[]): Language {
  const wanted = [...(chosen === null ? [] : [chosen]), ...browser];
  for (const tag of wanted) {
    const base = tag.toLowerCase().split('-')[0];
    if (base === 'zh') return 'zh-CN';
    if (base === 'en') return 'en';
  }
  return 'zh-CN';
}
