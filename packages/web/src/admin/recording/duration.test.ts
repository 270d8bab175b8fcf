import assert from 'node:assert/strict';
import { test } from 'node:test';
import { durationText } from './duration.ts';

test('lengths are said in hours, minutes and whole seconds', () => {
  for (const [millis, text] of [[0, '0:00'], [59_600, '1:00'], [2_700_000, '45:00'], [5_405_000, '1:30:05']] as const) assert.equal(durationText(millis), text);
});
