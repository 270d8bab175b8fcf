import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfWatch, isFinal, playerFaultCodes } from './fault.ts';
import { faultOfFlv } from './flv-source.ts';

const refusals = [
  { error: { status: 503, code: 'channel-offline', message: 'The gather is offline.' }, code: 'channel-offline' },
  { error: { status: 409, code: 'channel-offline', message: '' }, code: 'channel-offline' },
  { error: { status: 503, code: 'no-live-server', message: '' }, code: 'no-live-server' },
  { error: { status: 503, code: 'busy', message: '' }, code: 'no-live-server' },
  { error: { status: 404, code: 'channel-not-found', message: '' }, code: 'channel-not-found' },
  { error: { status: 401, code: 'no-session', message: '' }, code: 'sign-in-needed' },
  { error: { status: 403, code: 'anything', message: '' }, code: 'denied' },
  { error: { status: 0, code: 'unreachable', message: '' }, code: 'site-unreachable' },
  { error: { status: 500, code: 'unexpected', message: '' }, code: 'site-unreachable' },
  { error: new TypeError('boom'), code: 'site-unreachable' },
  { error: undefined, code: 'site-unreachable' },
];

for (const { error, code } of refusals) {
  test(`a refused request (${JSON.stringify(error)}) is ${code}`, () => assert.equal(faultOfWatch(error).code, code));
}

const breaks = [
  { event: ['NetworkError', 'Exception', { code: -1, msg: 'Failed to fetch' }], code: 'live-unreachable' },
  { event: ['NetworkError', 'HttpStatusCodeInvalid', { code: 403, msg: 'Forbidden' }], code: 'live-unreachable' },
  { event: ['NetworkError', 'HttpStatusCodeInvalid', { code: 404, msg: 'Not Found' }], code: 'stream-ended' },
  { event: ['NetworkError', 'UnrecoverableEarlyEof', { code: -1, msg: '' }], code: 'stream-ended' },
  { event: ['MediaError', 'CodecUnsupported', { code: -1, msg: 'Unsupported codec' }], code: 'codec-unsupported' },
  { event: ['MediaError', 'MediaMSEError', { code: 11, msg: "Failed to execute 'addSourceBuffer'" }], code: 'codec-unsupported' },
  { event: ['MediaError', 'FormatError', undefined], code: 'picture-broken' },
] as const;

for (const { event, code } of breaks) {
  test(`the library's ${event[0]} ${event[1]} is ${code}`, () => assert.equal(faultOfFlv(event[0], event[1], event[2]).code, code));
}

test('only what the viewer must change ends the tries', () => {
  const final = playerFaultCodes.filter((code) => isFinal({ code }));
  assert.deepEqual(final, ['channel-not-found', 'denied', 'sign-in-needed', 'codec-unsupported', 'browser-unsupported']);
});
