import assert from 'node:assert/strict';
import { test } from 'node:test';
import { embedHtml, embedPath } from './embed-code.ts';

test('the embed code is one iframe with the address of the player', () => {
  const html = embedHtml(`https://lubo.school.example${embedPath('/live/0123456789ab')}`, '高一（3）班');
  assert.match(html, /^<iframe src="https:\/\/lubo\.school\.example\/embed\/live\/0123456789ab" title="高一（3）班" [^<>]*><\/iframe>$/);
  assert.doesNotMatch(html, /token/);
});

test('no name or address gets out of its attribute', () => {
  const html = embedHtml('https://a.example/?x="><script>', `"><script>alert('1')</script>&amp;`);
  assert.equal(html.match(/[<>]/g)?.length, 4);
  assert.match(html, /title="&#34;&#62;&#60;script&#62;alert\(&#39;1&#39;\)&#60;\/script&#62;&#38;amp;"/);
});
