import assert from 'node:assert/strict';
import { test } from 'node:test';
import { faultOfWatch, isFinal, playerFaultCodes } from './fault.ts';
import { faultOfFlv } from './flv-source.ts';
import { faultOfHls } from './hls-source.ts';
import type { HlsError } from './hls-source.ts';

const refusals = [
  { error: { status: 503, code: 'channel-offline', message: 'The gather is offline.' }, code: 'channel-offline' },
  { error: { status: 409, code: 'channel-offline', message: '' }, code: 'channel-offline' },
  { error: { status: 503, code: 'no-live-server', message: '' }, code: 'no-live-server' },
  { error: { status: 503, code: 'no-secure-live-server', message: '' }, code: 'no-secure-live-server' },
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
  { event: ['NetworkError', 'HttpStatusCodeInvalid', { code: 404, msg: 'Not Found' }], code: 'no-video' },
  { event: ['NetworkError', 'UnrecoverableEarlyEof', { code: -1, msg: '' }], code: 'stream-ended' },
  { event: ['MediaError', 'CodecUnsupported', { code: -1, msg: 'Unsupported codec' }], code: 'codec-unsupported' },
  { event: ['MediaError', 'MediaMSEError', { code: 11, msg: "Failed to execute 'addSourceBuffer'" }], code: 'codec-unsupported' },
  { event: ['MediaError', 'MediaMSEError', { code: 9, msg: "'addSourceBuffer': video/mp4;codecs=hvc1.1.1.L93.B0 is unsupported." }], code: 'h265-unsupported' },
  { event: ['MediaError', 'FormatError', undefined], code: 'picture-broken' },
] as const;

for (const { event, code } of breaks) {
  test(`the library's ${event[0]} ${event[1]} is ${code}`, () => assert.equal(faultOfFlv(event[0], event[1], event[2]).code, code));
}

const hlsBreaks: [error: Omit<HlsError, 'details'> & { details: string }, code: string][] = [
  [{ type: 'networkError', details: 'manifestLoadError', response: { code: 0 } }, 'live-unreachable'],
  [{ type: 'networkError', details: 'manifestLoadTimeOut' }, 'live-unreachable'],
  [{ type: 'networkError', details: 'manifestLoadError', response: { code: 403 } }, 'live-unreachable'],
  [{ type: 'networkError', details: 'manifestLoadError', response: { code: 404 } }, 'no-video'],
  [{ type: 'networkError', details: 'levelLoadError', response: { code: 410 } }, 'stream-ended'],
  [{ type: 'networkError', details: 'fragLoadError', response: { code: 404 } }, 'stream-ended'],
  [{ type: 'networkError', details: 'fragLoadTimeOut' }, 'live-unreachable'],
  [{ type: 'mediaError', details: 'manifestIncompatibleCodecsError', reason: 'not supported: ["hvc1.1.6.L93.90,mp4a.40.2"]' }, 'h265-unsupported'],
  [{ type: 'mediaError', details: 'bufferAddCodecError', error: { message: 'video/mp4;codecs=av01.0.04M.08' } }, 'codec-unsupported'],
  [{ type: 'mediaError', details: 'bufferAppendError' }, 'picture-broken'],
  [{ type: 'otherError', details: 'internalException' }, 'picture-broken'],
];

for (const [error, code] of hlsBreaks) {
  const words = `${error.details} ${error.response?.code ?? error.reason ?? ''}`;
  test(`the HLS library's ${words} is ${code}`, () => assert.equal(faultOfHls(error as HlsError).code, code));
}

test('only what the viewer must change ends the tries', () => {
  const final = playerFaultCodes.filter((code) => isFinal({ code }));
  assert.deepEqual(final, ['channel-not-found', 'denied', 'sign-in-needed', 'codec-unsupported', 'h265-unsupported', 'browser-unsupported', 'recording-gone', 'recording-broken']);
});
