import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readConfig } from '@lubo/config';
import { lanAddresses, setUpLine, welcome } from './addresses.ts';

const config = readConfig({ fileName: 'lubo.yaml', text: undefined, env: {} });
const text = (over: object = {}): string =>
  welcome({ config, setUpUrl: '/setup#abc', isDemo: true, logDir: '/data/logs', lan: ['192.168.1.5'], ...over });

test('INST-1: the addresses to open are printed, those on the networks included', () => {
  assert.match(text(), /http:\/\/127\.0\.0\.1:8000/);
  assert.match(text(), /http:\/\/192\.168\.1\.5:8000/);
  assert.match(text(), /rtmp:\/\/127\.0\.0\.1:1935/);
});

test('with certificates the addresses are those of HTTPS and RTMPS', () => {
  const tls = { certFile: 'a', keyFile: 'b' };
  const secure = text({ config: { ...config, site: { ...config.site, tls }, live: { ...config.live, tls } } });
  for (const url of ['https://127.0.0.1:8000', 'https://192.168.1.5:8000', 'https://127.0.0.1:8080', 'rtmps://127.0.0.1:1936']) assert.ok(secure.includes(url), url);
  assert.doesNotMatch(secure, /http:\/\/[\d.]+:80[08]0/);
  assert.doesNotMatch(text(), /rtmps:/);
});

test('INST-3: the one-time set-up link is printed only while it is needed', () => {
  assert.match(text(), /http:\/\/127\.0\.0\.1:8000\/setup#abc/);
  assert.doesNotMatch(text({ setUpUrl: undefined }), /setup/);
  assert.match(setUpLine(config, '/setup#new'), /^ +首位管理员.* http:\/\/127\.0\.0\.1:8000\/setup#new +（一次有效 works once）$/);
});

test('an installation that listens on one address names only that one', () => {
  const own = { ...config, site: { ...config.site, host: '127.0.0.1' } };
  assert.doesNotMatch(text({ config: own }), /192\.168\.1\.5/);
  const far = { ...config, site: { ...config.site, host: '192.0.2.7', tls: { certFile: 'a', keyFile: 'b' } } };
  assert.match(text({ config: far }), /https:\/\/192\.0\.2\.7:8000\/setup#abc/);
  assert.doesNotMatch(text({ config: far }), /\/\/(127\.0\.0\.1|192\.168\.1\.5):8000/);
});

test('addresses of this machine leave out loopback, link-local and IPv6', () => {
  const one = (address: string, family: 'IPv4' | 'IPv6', internal: boolean) =>
    ({ address, family, internal, netmask: '', mac: '', cidr: null }) as never;
  assert.deepEqual(
    lanAddresses({
      lo: [one('127.0.0.1', 'IPv4', true)],
      eth0: [one('10.0.0.2', 'IPv4', false), one('fe80::1', 'IPv6', false), one('169.254.3.3', 'IPv4', false)],
    }),
    ['10.0.0.2'],
  );
});
