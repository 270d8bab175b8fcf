import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LiveServerPlace, hasHttps, playAddresses, pushAddress } from './addresses.ts';
import { isHost, isLoopback, plainAddress, urlHost } from './network.ts';

const ownAddresses = ['192.168.1.5', 'fd00::5'];
const place = (remoteAddress: string, over: object = {}): LiveServerPlace => ({ remoteAddress, addresses: { httpScheme: 'http', httpPort: 8080, rtmpPort: 1935, ...over } });
const viewer = { siteHost: 'school.example', ownAddresses, isSecure: false };
const secure = { ...viewer, isSecure: true };
const hostOf = (url: string): string => new URL(url).hostname;

const viewerCases: [what: string, place: LiveServerPlace, viewer: typeof viewer, flv: string, rtmp: string][] = [
  ['on the site, by loopback', place('127.0.0.1'), viewer, 'http://school.example:8080', 'rtmp://school.example:1935'],
  ['on the site, by IPv6 loopback', place('::1'), viewer, 'http://school.example:8080', 'rtmp://school.example:1935'],
  ['on the site, by its LAN address', place('192.168.1.5'), viewer, 'http://school.example:8080', 'rtmp://school.example:1935'],
  ['on another machine', place('192.168.1.77'), viewer, 'http://192.168.1.77:8080', 'rtmp://192.168.1.77:1935'],
  ['on another machine, IPv6', place('fd00::77'), viewer, 'http://[fd00::77]:8080', 'rtmp://[fd00::77]:1935'],
  ['with HTTPS of its own', place('::1', { httpScheme: 'https' }), viewer, 'https://school.example:8080', 'rtmp://school.example:1935'],
  ['with HTTPS of its own, over HTTPS', place('::1', { httpScheme: 'https' }), secure, 'https://school.example:8080', 'rtmp://school.example:1935'],
  ['behind a proxy, over HTTPS', place('::1', { publicHttpUrl: 'https://v.example/video' }), secure, 'https://v.example/video', 'rtmp://school.example:1935'],
  ['whose own HTTPS is all there is, over HTTPS', place('::1', { httpScheme: 'https', publicHttpUrl: 'http://v.example' }), secure, 'https://school.example:8080', 'rtmp://school.example:1935'],
  ['asked at an IPv6 address', place('::1'), { ...viewer, siteHost: '[fd00::5]' }, 'http://[fd00::5]:8080', 'rtmp://[fd00::5]:1935'],
  ['with public addresses', place('::1', { publicHttpUrl: 'https://v.example/a/', publicRtmpUrl: 'rtmp://r.example:19350' }), viewer, 'https://v.example/a', 'rtmp://r.example:19350'],
];

for (const [what, at, asks, flv, rtmp] of viewerCases) {
  test(`a viewer reaches a live server ${what}`, () => {
    assert.deepEqual(playAddresses(at, asks, 'abc', 'x.y'), {
      flv: `${flv}/live/abc.flv?token=x.y`,
      hls: `${flv}/live/abc.m3u8?token=x.y`,
      rtmp: `${rtmp}/live/abc?token=x.y`,
    });
  });
}

test('a page over HTTPS gets no address over plain HTTP', () => {
  for (const at of [place('::1'), place('192.168.1.77'), place('::1', { publicHttpUrl: 'http://v.example' })]) {
    assert.equal(playAddresses(at, secure, 'abc', 'x'), undefined);
    assert.equal(hasHttps(at.addresses), false);
  }
  assert.equal(hasHttps(place('::1', { httpScheme: 'https' }).addresses), true);
  assert.equal(hasHttps(place('::1', { publicHttpUrl: 'HTTPS://v.example' }).addresses), true);
});

const gatherCases: [what: string, live: string, gather: string, host: string][] = [
  ['all on one machine', '127.0.0.1', '127.0.0.1', '127.0.0.1'],
  ['all on one machine, the gather by its LAN address', '::1', '192.168.1.5', '127.0.0.1'],
  ['a gather elsewhere, live on the site', '127.0.0.1', '192.168.1.9', 'site.lan'],
  ['live elsewhere, the gather on the site', '192.168.1.77', '127.0.0.1', '192.168.1.77'],
  ['all apart', '192.168.1.77', '192.168.1.9', '192.168.1.77'],
];

for (const [what, live, gather, host] of gatherCases) {
  test(`a gather pushes: ${what}`, () => {
    const url = pushAddress(place(live), { siteHost: 'site.lan', address: gather, ownAddresses }, 'abc', 'x.y');
    assert.equal(url, `rtmp://${host}:1935/live/abc?token=x.y`);
  });
}

test('a gather uses the public RTMP address where there is one', () => {
  const at = place('127.0.0.1', { publicRtmpUrl: 'rtmp://r.example:19350/' });
  assert.equal(hostOf(pushAddress(at, { siteHost: 's', address: '127.0.0.1', ownAddresses }, 'abc', 'x')), 'r.example');
});

test('addresses are compared in one form', () => {
  assert.deepEqual(['::ffff:10.0.0.7', '10.0.0.7', 'fe80::1%eth0', '::1'].map(plainAddress), ['10.0.0.7', '10.0.0.7', 'fe80::1', '::1']);
  assert.deepEqual(['127.0.0.1', '127.8.8.8', '::1', '128.0.0.1', '10.127.0.1'].map(isLoopback), [true, true, true, false, false]);
  assert.deepEqual(['a.b', '::1', '[::1]'].map(urlHost), ['a.b', '[::1]', '[::1]']);
});

test('only what can be a host in a URL is taken for one', () => {
  for (const good of ['school.example', '10.0.0.5', '[fd00::5]', 'my_pc-1']) assert.equal(isHost(good), true, good);
  for (const bad of ['', 'a/b', 'a@b', 'a b', 'a?b', 'a#b', '<b>', 'fd00::5', 'a:80', 'x'.repeat(300)]) assert.equal(isHost(bad), false, bad);
});
