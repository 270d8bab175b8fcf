import assert from 'node:assert/strict';
import { test } from 'node:test';
import { acceptedLanguages, chooseLanguage } from './language.ts';

const cases = [
  { chosen: null, browser: [], language: 'zh-CN' },
  { chosen: null, browser: ['zh-TW', 'en'], language: 'zh-CN' },
  { chosen: null, browser: ['en-GB', 'zh-CN'], language: 'en' },
  { chosen: null, browser: ['fr', 'en-US'], language: 'en' },
  { chosen: null, browser: ['fr', 'de'], language: 'zh-CN' },
  { chosen: 'en', browser: ['zh-CN'], language: 'en' },
  { chosen: 'zh-CN', browser: ['en'], language: 'zh-CN' },
  { chosen: 'nonsense', browser: ['EN'], language: 'en' },
] as const;

for (const { chosen, browser, language } of cases) {
  test(`chosen ${chosen ?? 'nothing'}, browser speaks ${browser.join(', ') || 'nothing'}: ${language}`, () => {
    assert.equal(chooseLanguage(chosen, browser), language);
  });
}

const headers = [
  { header: undefined, languages: [] },
  { header: 'en', languages: ['en'] },
  { header: 'zh-CN,zh;q=0.9,en;q=0.8', languages: ['zh-CN', 'zh', 'en'] },
  { header: 'fr;q=0.5, en-GB;q=0.8, de;q=0, zh', languages: ['zh', 'en-GB', 'fr'] },
  { header: ';q=1,,en;q=x', languages: [] },
] as const;

for (const { header, languages } of headers) {
  test(`a browser that sends ${header ?? 'nothing'} wants ${languages.join(', ') || 'any language'}`, () => {
    assert.deepEqual(acceptedLanguages(header), languages);
  });
}
