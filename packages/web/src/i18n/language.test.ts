import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseLanguage } from './language.ts';

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
