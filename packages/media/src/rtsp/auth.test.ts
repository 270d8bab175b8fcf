// Examples of RFC 2617 §3.5 and RFC 7616 §3.9.1, headers as cameras send them.

import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { mutations } from '../codec/hostile-bytes.ts';
import { decodeText, encodeText } from '../flv/text.ts';
import { Authorizer, readChallenges } from './auth.ts';
import { readBase64, writeBase64 } from './base64.ts';

const hash = {
  md5: (text: string) => createHash('md5').update(text).digest('hex'),
  sha256: (text: string) => createHash('sha256').update(text).digest('hex'),
};
const mufasa = { username: 'Mufasa', password: 'Circle of Life' };

const cases = [
  {
    name: 'Basic',
    header: 'Basic realm="camera"',
    request: { method: 'DESCRIBE', uri: 'rtsp://x/', credentials: { username: 'Aladdin', password: 'open sesame' } },
    expected: /^Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ==$/,
  },
  {
    name: 'Digest MD5 with qop (RFC 2617)',
    header: 'Digest realm="testrealm@host.com", qop="auth,auth-int", nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093", opaque="5ccc069c403ebaf9f0171e9517f40e41"',
    request: { method: 'GET', uri: '/dir/index.html', credentials: { username: 'Mufasa', password: 'Circle Of Life' } },
    expected: /response="6629fae49393a05397450978507c4ef1", opaque="5ccc069c403ebaf9f0171e9517f40e41", qop=auth, nc=00000001, cnonce="0a4f113b"$/,
    nonce: '0a4f113b',
  },
  {
    name: 'Digest SHA-256 (RFC 7616)',
    header: 'Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=SHA-256, nonce="7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"',
    request: { method: 'GET', uri: '/dir/index.html', credentials: mufasa },
    expected: /response="753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1", algorithm=SHA-256/,
    nonce: 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ',
  },
  {
    name: 'Digest without qop, as most cameras ask',
    header: 'Digest realm="IP Camera(12345)", nonce="abc", stale="FALSE"',
    request: { method: 'SETUP', uri: 'rtsp://x/track1', credentials: mufasa },
    expected: new RegExp(`response="${hash.md5(`${hash.md5('Mufasa:IP Camera(12345):Circle of Life')}:abc:${hash.md5('SETUP:rtsp://x/track1')}`)}"$`),
  },
  {
    name: 'Digest MD5-sess',
    header: 'Digest realm="r", nonce="n", algorithm=MD5-sess, qop=auth',
    request: { method: 'PLAY', uri: 'u', credentials: mufasa },
    expected: new RegExp(`response="${hash.md5(`${hash.md5(`${hash.md5('Mufasa:r:Circle of Life')}:n:c`)}:n:00000001:c:auth:${hash.md5('PLAY:u')}`)}", algorithm=MD5-sess`),
    nonce: 'c',
  },
];

describe('RTSP credentials', () => {
  for (const { name, header, request, expected, nonce = 'c' } of cases) {
    it(`answers ${name}`, () => {
      const challenge = readChallenges([header]);
      assert.ok(challenge);
      assert.match(new Authorizer(challenge, hash, nonce).authorize(request), expected);
    });
  }

  it('counts the requests of a nonce', () => {
    const challenge = readChallenges(['Digest realm="r", nonce="n", qop="auth"']);
    assert.ok(challenge);
    const authorizer = new Authorizer(challenge, hash, 'c');
    authorizer.authorize(cases[0]!.request);
    assert.match(authorizer.authorize(cases[0]!.request), /nc=00000002/);
  });

  it('chooses the strongest challenge, in one header or several', () => {
    const md5 = 'Digest realm="r", nonce="n"';
    const sha = 'Digest realm="r", nonce="n", algorithm="SHA-256"';
    const chosen = (...headers: string[]): string | undefined => {
      const challenge = readChallenges(headers);
      return challenge?.scheme === 'digest' ? challenge.hash : challenge?.scheme;
    };
    assert.equal(chosen('Basic realm="r"', md5, sha), 'sha256');
    assert.equal(chosen(`Basic realm="a, Digest b", ${md5}`), 'md5');
    assert.equal(chosen(sha.replace('SHA-256', 'SHA-512-256'), 'Basic realm="r"'), 'basic');
    assert.equal(chosen('Digest realm="r", nonce="n", qop="auth-int"'), undefined);
    assert.equal(chosen('Negotiate'), undefined);
  });

  it('escapes quotes in names', () => {
    const challenge = readChallenges([String.raw`Digest realm="a \"b\"", nonce="n"`]);
    assert.ok(challenge);
    const header = new Authorizer(challenge, hash, 'c').authorize({ method: 'PLAY', uri: 'u', credentials: { username: 'x"y', password: '' } });
    assert.match(header, /username="x\\"y", realm="a \\"b\\""/);
  });

  it('takes 1,000 mutations of a header', () => {
    const header = encodeText(cases[1]!.header);
    let answered = 0;
    for (const bytes of mutations(header, 1000)) {
      const challenge = readChallenges([decodeText(bytes)]);
      if (challenge !== undefined && new Authorizer(challenge, hash, 'c').authorize(cases[1]!.request) !== '') answered += 1;
    }
    assert.ok(answered > 200);
  });
});

describe('Base64', () => {
  for (const [plain, encoded] of [['', ''], ['f', 'Zg=='], ['fo', 'Zm8='], ['foo', 'Zm9v'], ['foob', 'Zm9vYg==']] as const) {
    it(`writes and reads "${plain}"`, () => {
      assert.equal(writeBase64(encodeText(plain)), encoded);
      assert.equal(decodeText(readBase64(encoded)), plain);
      assert.equal(decodeText(readBase64(encoded.replaceAll('=', ''))), plain);
    });
  }

  it('reads the URL alphabet and passes over blanks', () => {
    assert.deepEqual(readBase64('-_ \n8='), readBase64('+/8='));
  });
});
