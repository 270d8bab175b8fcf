// Which language the pages speak: the viewer's choice, else the browser's, else Chinese. The site tells the browser to fetch ahead
// what the pages will then ask for, so both choose by this. Pure.

export const languages = ['zh-CN', 'en'] as const;
export type Language = (typeof languages)[number];

/** Each language in its own words. */
export const languageNames: Record<Language, string> = { 'zh-CN': '中文', en: 'English' };

/** The languages of an `Accept-Language` header (RFC 9110 § 12.5.4), the most wanted first; of a long one the first twenty. */
export function acceptedLanguages(header = ''): string[] {
  const wanted = header.split(',', 20).map((part) => {
    const [tag = '', ...parameters] = part.split(';').map((each) => each.trim());
    const weight = parameters.find((each) => each.startsWith('q='));
    return { tag, weight: weight === undefined ? 1 : Number(weight.slice(2)) };
  });
  return wanted.filter(({ tag, weight }) => tag !== '' && weight > 0).sort((one, other) => other.weight - one.weight).map(({ tag }) => tag);
}

/** The language of whoever sends such a header. */
export function languageFor(header: string | undefined): Language {
  return chooseLanguage(null, acceptedLanguages(header));
}

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
