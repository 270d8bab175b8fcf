import assert from 'node:assert/strict';
import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import { test } from 'node:test';
import { peerOf } from './peer.ts';

const request = (remoteAddress: string, headers: IncomingHttpHeaders): IncomingMessage => ({ socket: { remoteAddress }, headers }) as IncomingMessage;

const cases: [what: string, remoteAddress: string, headers: IncomingHttpHeaders, address: string, siteHost: string][] = [
  ['straight', '::ffff:10.0.0.7', { host: 'site.lan:8000' }, '10.0.0.7', 'site.lan'],
  ['straight, IPv6', 'fd00::7', { host: '[fd00::5]:8000' }, 'fd00::7', '[fd00::5]'],
  ['straight, without port', '10.0.0.7', { host: '[fd00::5]' }, '10.0.0.7', '[fd00::5]'],
  ['through a proxy on this machine', '127.0.0.1', { host: '127.0.0.1:8000', 'x-forwarded-for': '6.6.6.6, 10.0.0.7', 'x-forwarded-host': 'lubo.example' }, '10.0.0.7', 'lubo.example'],
  ['through a proxy that tells no host', '::1', { host: 'lubo.example', 'x-forwarded-for': '10.0.0.7' }, '10.0.0.7', 'lubo.example'],
  ['from elsewhere with forged headers', '10.0.0.7', { host: 'site.lan', 'x-forwarded-for': '127.0.0.1', 'x-forwarded-host': 'evil' }, '10.0.0.7', 'site.lan'],
  ['from this machine', '127.0.0.1', { host: '127.0.0.1:8000' }, '127.0.0.1', '127.0.0.1'],
];

for (const [what, remoteAddress, headers, address, siteHost] of cases) {
  test(`an agent that comes ${what}`, () => assert.deepEqual(peerOf(request(remoteAddress, headers)), { address, siteHost }));
}
