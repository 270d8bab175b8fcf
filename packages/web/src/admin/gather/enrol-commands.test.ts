import assert from 'node:assert/strict';
import { test } from 'node:test';
import { enrolCommands } from './enrol-commands.ts';

test('a command names the site and the code by the settings of its part', () => {
  assert.deepEqual(enrolCommands('live', 'abcd-efgh', 'http://site:8000'), [
    { system: 'unix', text: 'LUBO_LIVE_SITE_URL=http://site:8000 LUBO_LIVE_CODE=abcd-efgh npm run live' },
    { system: 'windows', text: '$env:LUBO_LIVE_SITE_URL="http://site:8000"; $env:LUBO_LIVE_CODE="abcd-efgh"; npm run live' },
  ]);
  assert.match(enrolCommands('gather', 'abcd-efgh', 'http://site:8000')[0]?.text ?? '', /^LUBO_GATHER_SITE_URL=/);
});
