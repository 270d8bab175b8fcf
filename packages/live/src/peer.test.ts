import assert from 'node:assert/strict';
import { test } from 'node:test';
import { peerOf } from './peer.ts';

const cases: { what: string; remoteAddress: string | undefined; forwardedFor?: string; address: string }[] = [
  { what: 'a viewer without a proxy is where its socket comes from', remoteAddress: '192.0.2.1', address: '192.0.2.1' },
  { what: 'IPv4 spoken of as IPv6 is IPv4', remoteAddress: '::ffff:192.0.2.1', address: '192.0.2.1' },
  { what: 'what a viewer claims of itself does not count', remoteAddress: '192.0.2.1', forwardedFor: '198.51.100.9', address: '192.0.2.1' },
  { what: 'a proxy on this machine is believed', remoteAddress: '127.0.0.1', forwardedFor: '198.51.100.9', address: '198.51.100.9' },
  { what: 'of several addresses the nearest proxy has added the last', remoteAddress: '::1', forwardedFor: '10.9.9.9, 198.51.100.9', address: '198.51.100.9' },
  { what: 'another worker hands over by a local socket', remoteAddress: undefined, forwardedFor: '198.51.100.9', address: '198.51.100.9' },
  { what: 'a program on this machine is on this machine', remoteAddress: '127.0.0.1', address: '127.0.0.1' },
  { what: 'an address has a bound', remoteAddress: '127.0.0.1', forwardedFor: 'x'.repeat(1000), address: 'x'.repeat(64) },
];

for (const { what, remoteAddress, forwardedFor, address } of cases) {
  test(what, () => assert.deepEqual(peerOf({ remoteAddress }, { forwardedFor }), { address }));
}

test('the user agent is told, cut at its bound', () => {
  assert.equal(peerOf({ remoteAddress: '192.0.2.1' }, { userAgent: 'VLC/3.0' }).userAgent, 'VLC/3.0');
  assert.equal(peerOf({ remoteAddress: '192.0.2.1' }, { userAgent: 'x'.repeat(1000) }).userAgent?.length, 256);
});
