import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { readRtpInfo, readTransport, writeTransport } from './transport.ts';
import { baseUri, controlUri, parseRtspUrl, withoutCredentials } from './url.ts';

describe('RTSP addresses', () => {
  const cases = [
    { url: 'rtsp://camera/1', host: 'camera', port: 554, tls: false, uri: 'rtsp://camera/1', login: undefined },
    { url: 'RTSP://a:b@10.0.0.1:8554/x?y=1&z', host: '10.0.0.1', port: 8554, tls: false, uri: 'rtsp://10.0.0.1:8554/x?y=1&z', login: ['a', 'b'] },
    { url: 'rtsp://admin:p@ss:w%6Frd%@camera', host: 'camera', port: 554, tls: false, uri: 'rtsp://camera', login: ['admin', 'p@ss:w%6Frd%'] },
    { url: 'rtsp://admin:p%40ss%3a@camera/', host: 'camera', port: 554, tls: false, uri: 'rtsp://camera/', login: ['admin', 'p@ss:'] },
    { url: 'rtsps://[fe80::1]/1', host: 'fe80::1', port: 322, tls: true, uri: 'rtsps://[fe80::1]/1', login: undefined },
    { url: 'rtsp://user@camera/1', host: 'camera', port: 554, tls: false, uri: 'rtsp://camera/1', login: ['user', ''] },
  ];
  for (const { url, host, port, tls, uri, login } of cases) {
    it(`takes ${url} apart`, () => {
      const [username = '', password = ''] = login ?? [];
      assert.deepEqual(parseRtspUrl(url), { host, port, tls, uri, credentials: login && { username, password } });
    });
  }

  it('refuses others without repeating them', () => {
    for (const url of ['http://admin:secret@x/', 'rtsp://', 'rtsp://admin:secret@x:99999/', 'rtsp://admin:secret@x y/', '']) {
      assert.throws(() => parseRtspUrl(url), (error: Error) => error.name === 'FormatError' && !error.message.includes('secret'));
    }
  });

  it('takes credentials out of any address', () => {
    assert.equal(withoutCredentials('rtsp://a:b@c@camera/x@y'), 'rtsp://camera/x@y');
    assert.equal(withoutCredentials('camera'), 'camera');
  });

  it('puts controls onto their base as cameras mean it', () => {
    assert.equal(controlUri('rtsp://c/s/', 'trackID=1'), 'rtsp://c/s/trackID=1');
    assert.equal(controlUri('rtsp://c/s?a=1', 'trackID=1'), 'rtsp://c/s?a=1/trackID=1');
    assert.equal(controlUri('rtsp://c/s/', '/track1'), 'rtsp://c/s/track1');
    assert.equal(controlUri('rtsp://c/s', '*'), 'rtsp://c/s');
    assert.equal(controlUri('rtsp://c/s', undefined), 'rtsp://c/s');
    assert.equal(controlUri('rtsp://c/s', 'rtsp://u:p@d/t'), 'rtsp://d/t');
    assert.equal(controlUri('rtsp://c/s', '?ctype=video'), 'rtsp://c/s?ctype=video');
  });

  it('believes a base only when it is whole', () => {
    assert.equal(baseUri('rtsp://c/s', 'rtsp://u:p@c/s/', undefined), 'rtsp://c/s/');
    assert.equal(baseUri('rtsp://c/s', '/s/', 'rtsp://c/t'), 'rtsp://c/t');
    assert.equal(baseUri('rtsp://c/s', 'rtsp://', undefined), 'rtsp://c/s');
  });
});

describe('the Transport header', () => {
  it('asks for channels or ports', () => {
    assert.equal(writeTransport('tcp', [2, 3]), 'RTP/AVP/TCP;unicast;interleaved=2-3');
    assert.equal(writeTransport('udp', [5000, 5001]), 'RTP/AVP;unicast;client_port=5000-5001');
  });

  const cases = [
    { header: 'RTP/AVP/TCP;unicast;interleaved=0-1;ssrc=1', kind: 'tcp', interleaved: [0, 1] },
    { header: 'RTP/AVP;unicast;Interleaved = 4', kind: 'tcp', interleaved: [4, 5] },
    { header: undefined, kind: 'tcp' },
    { header: 'RTP/AVP/UDP;unicast;client_port=1-2;server_port=6970-6971;source=10.0.0.9', kind: 'udp', serverPorts: [6970, 6971], source: '10.0.0.9' },
    { header: 'RTP/AVP;multicast;destination=239.0.0.1', kind: 'multicast' },
    { header: 'RAW/RAW/UDP;unicast', kind: 'other' },
  ];
  for (const { header, kind, interleaved, serverPorts, source } of cases) {
    it(`reads ${header}`, () => assert.deepEqual(readTransport(header, 'tcp'), { kind, interleaved, serverPorts, source }));
  }

  it('reads RTP-Info', () => {
    const header = 'url=rtsp://c/s/trackID=1;seq=17;rtptime=1234,url="trackID=2";seq=9;rtptime=99999999999';
    assert.deepEqual(readRtpInfo(header), [
      { url: 'rtsp://c/s/trackID=1', sequence: 17, rtpTime: 1234 },
      { url: 'trackID=2', sequence: 9, rtpTime: undefined },
    ]);
    assert.deepEqual(readRtpInfo(undefined), []);
  });
});
