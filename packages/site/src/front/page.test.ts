import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pageTemplate, scriptJson } from './page.ts';

const built = '<!doctype html><html><head><meta charset="utf-8"><title>录播</title><link rel="icon" href="/i.svg"></head><body><div id="app"></div></body></html>';
const about = { siteName: '一中', address: '/recordings/x', origin: 'https://school.example' };

test('title, description and picture stand in the head, absolute where others read them', () => {
  const html = pageTemplate(built).render({ title: '数学', description: '三班', picture: '/p.jpg', kind: 'video.other', answers: {} }, about);
  assert.match(html, /<title>数学 - 一中<\/title>/);
  assert.equal(html.match(/<title>/g)?.length, 1);
  assert.match(html, /<meta name="description" content="三班">/);
  assert.match(html, /<meta property="og:image" content="https:\/\/school.example\/p.jpg">/);
  assert.match(html, /<meta property="og:url" content="https:\/\/school.example\/recordings\/x">/);
  assert.match(html, /<link rel="icon" href="\/i.svg">/);
});

test('markup in names is text everywhere', () => {
  const name = `</script><script>alert(1)</script>"'<!--$&`;
  const html = pageTemplate(built).render({ title: name, description: name, answers: { '/api/x': { name } } }, about);
  assert.equal(html.match(/<script/g)?.length, 1, 'ours alone');
  assert.equal(html.match(/<\/script>/g)?.length, 1);
  assert.doesNotMatch(html, /<!--/);
  const [, json = ''] = /id="answers">(.*)<\/script>/.exec(html) ?? [];
  assert.deepEqual(JSON.parse(json), { '/api/x': { name } });
});

test('line separators, which older scripts break at, are escaped', () => {
  assert.equal(scriptJson('\u2028\u2029<>'), '"\\u2028\\u2029\\u003c\\u003e"');
});

test('a page without a head is left as it is', () => {
  assert.equal(pageTemplate('<p>x').render({ answers: {} }, about), '<p>x');
});

test('the files of a page and its first picture are told ahead, in the widths that the page will ask for', () => {
  const files = { modules: ['/assets/a.js'], styles: ['/assets/a.css'] };
  const srcset = '/p?width=320 320w, /p?width=640 640w';
  const html = pageTemplate(built).render({ firstPicture: { url: '/p', srcset, sizes: '50vw' }, answers: {} }, { ...about, files });
  assert.match(html, /<link rel="modulepreload" crossorigin href="\/assets\/a.js">/);
  assert.match(html, /<link rel="stylesheet" crossorigin href="\/assets\/a.css">/);
  assert.ok(html.includes(`<link rel="preload" as="image" fetchpriority="high" type="image/webp" imagesrcset="${srcset}" imagesizes="50vw">`));
  assert.doesNotMatch(pageTemplate(built).render({ answers: {} }, about), /preload|stylesheet/);
});
