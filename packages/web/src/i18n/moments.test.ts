import assert from 'node:assert/strict';
import { test } from 'node:test';
import { languages } from '@lubo/contract/language';
import { momentInFigures, momentInWords, shortCount } from './moments.ts';

const moments = [new Date(2026, 0, 1, 0, 0), new Date(2026, 8, 1, 9, 5), new Date(2031, 11, 31, 23, 59), new Date(1999, 1, 28, 12, 0)];

for (const language of languages) {
  test(`moments are written as Intl writes them, ${language}`, () => {
    const figures = new Intl.DateTimeFormat(language, { year: 'numeric', month: 'numeric', day: 'numeric', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
    const inWords = new Intl.DateTimeFormat(language, { dateStyle: 'long', timeStyle: 'short' });
    for (const moment of moments) {
      assert.equal(momentInFigures(moment, language), figures.format(moment));
      const words = momentInWords(moment, language);
      if (words !== undefined) assert.equal(words, inWords.format(moment));
    }
  });

  test(`counts are written as Intl writes them, ${language}`, () => {
    const counts = new Intl.NumberFormat(language);
    for (const value of [0, 7, 42, 999]) assert.equal(shortCount(value), counts.format(value));
    for (const value of [1000, -1, 0.5, Number.NaN]) assert.equal(shortCount(value), undefined);
  });
}
