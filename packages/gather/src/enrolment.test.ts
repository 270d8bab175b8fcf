// What an enrolment allows.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GatherSettings } from '@lubo/contract';
import { expiryOf, refusalsOf } from './enrolment.ts';

const end = '2026-09-01T00:00:00.000Z';
const settings = (over: object): GatherSettings => GatherSettings.parse({ title: 'g', siteName: 's', schoolName: '', ...over });

test('channels past the limit are refused, each with the reason', () => {
  const refused = refusalsOf(settings({ channelLimit: 2 }), ['a', 'b', 'c', 'd'], 0);
  assert.deepEqual([...refused].map(([id, { code }]) => `${id} ${code}`), ['c channel-limit', 'd channel-limit']);
  assert.equal(refusalsOf(settings({ channelLimit: 4 }), ['a', 'b', 'c', 'd'], 0).size, 0);
  assert.equal(refusalsOf(undefined, ['a'], 0).size, 0);
});

test('after its end nothing runs', () => {
  const ended = settings({ expiresAt: end });
  assert.equal(expiryOf(ended, Date.parse(end) - 1), undefined);
  assert.equal(expiryOf(ended, Date.parse(end))?.code, 'enrolment-expired');
  assert.deepEqual([...refusalsOf(ended, ['a'], Date.parse(end))].map(([id, { code }]) => `${id} ${code}`), ['a enrolment-expired']);
  assert.equal(expiryOf(settings({}), Date.now()), undefined);
});
