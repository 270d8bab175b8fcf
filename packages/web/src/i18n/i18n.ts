// vue-i18n with one language loaded at a time; a switch loads the other and is remembered.
import { createI18n } from 'vue-i18n';
import { readSetting, writeSetting } from '../settings.ts';
import { chooseLanguage } from '@lubo/contract/language';
import type { Language } from '@lubo/contract/language';
import type { Messages } from './zh-cn.ts';

const load: Record<Language, () => Promise<Messages>> = {
  'zh-CN': async () => (await import('./zh-cn.ts')).zhCn,
  en: async () => (await import('./en.ts')).en,
};

/** The one instance of the pages; `global.locale` is the language in use. */
export const i18n = createI18n({ legacy: false, locale: 'zh-CN', messages: {} as Record<Language, Messages>, missingWarn: false, fallbackWarn: false });

let adminWords: ((language: Language) => object) | undefined;

/** Adds the administration's words to those of the pages; the pages of viewers never load them. */
export async function loadAdminWords(): Promise<void> {
  if (adminWords !== undefined) return;
  ({ adminWords } = await import('./admin/words.ts'));
  i18n.global.mergeLocaleMessage(i18n.global.locale.value, adminWords(i18n.global.locale.value));
}

/** Loads the language that was chosen, or the browser's. Call before the first paint. */
export async function startLanguage(): Promise<void> {
  await show(chooseLanguage(readSetting('language'), navigator.languages));
}

/** Switches the pages to `language` and remembers it. */
export async function switchLanguage(language: Language): Promise<void> {
  writeSetting('language', language);
  await show(language);
}

async function show(language: Language): Promise<void> {
  i18n.global.setLocaleMessage(language, { ...(await load[language]()), ...adminWords?.(language) });
  i18n.global.locale.value = language;
  document.documentElement.lang = language;
}
