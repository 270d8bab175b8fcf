import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distanceOf, zoneChoices } from './time-zones.ts';

const winter = new Date(Date.UTC(2026, 0, 15, 20, 30));
const summer = new Date(Date.UTC(2026, 6, 15, 20, 30));

test('a zone tells its distance from UTC as it is on that day', () => {
  assert.equal(distanceOf('Asia/Shanghai', winter), 'UTC+8');
  assert.equal(distanceOf('America/St_Johns', winter), 'UTC-3:30');
  assert.deepEqual([distanceOf('Europe/London', winter), distanceOf('Europe/London', summer)], ['UTC', 'UTC+1']);
  assert.equal(distanceOf('Mars/Base', winter), undefined);
});

test('Shanghai stands first, each zone once', () => {
  const zones = zoneChoices(winter).map(({ zone }) => zone);
  assert.equal(zones[0], 'Asia/Shanghai');
  assert.equal(new Set(zones).size, zones.length);
  assert.ok(zones.length > 300);
});
