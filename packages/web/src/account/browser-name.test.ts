import assert from 'node:assert/strict';
import { test } from 'node:test';
import { browserName, isWechat } from './browser-name.ts';

const windows = 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36';
const cases: [userAgent: string, name: string][] = [
  [windows, 'Chrome · Windows'],
  [`${windows} Edg/140.0.0.0`, 'Edge · Windows'],
  ['Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Safari/605.1.15', 'Safari · macOS'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0', 'Firefox · Linux'],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148 MicroMessenger/8.0.50', 'WeChat · iPhone'],
  ['curl/8.5.0', 'curl'],
  ['', ''],
];

for (const [userAgent, name] of cases) test(`${userAgent.slice(0, 30)}… is ${name}`, () => assert.equal(browserName(userAgent), name));

test('WeChat tells itself', () => {
  assert.ok(isWechat('… MicroMessenger/8.0.50'));
  assert.ok(!isWechat(windows));
});
