import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { readPlainGet } from './gate.ts';

const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');
const whole = 'GET /live/room-1.flv?a=b&token=x.y%2Fz HTTP/1.1\r\nHost: live:8080\r\nUser-Agent: Lavf/60: x\r\nEmpty:\r\n\r\n';

describe('a plain GET of a stream', () => {
  test('is read with its name, its token and who sends it', () => {
    const nothing = { forwardedFor: undefined, userAgent: undefined };
    const proxied = whole.replace('Empty:', 'x-forwarded-for: 10.0.0.1, 192.0.2.7');
    assert.equal(readPlainGet(bytes(proxied))?.forwardedFor, '10.0.0.1, 192.0.2.7');
    assert.deepEqual(readPlainGet(bytes(whole)), { name: 'room-1', token: 'x.y/z', ...nothing, userAgent: 'Lavf/60: x' });
    assert.deepEqual(readPlainGet(bytes('GET /live/a.flv HTTP/1.0\r\n\r\n')), { name: 'a', token: null, ...nothing });
    assert.deepEqual(readPlainGet(bytes('GET /live/a.flv?token= HTTP/1.1\r\n\r\n')), { name: 'a', token: '', ...nothing });
  });

  const others: Record<string, string> = {
    'another method': whole.replace('GET', 'HEAD'),
    'another page': whole.replace('.flv', '.m3u8'),
    'a name that is none': whole.replace('room-1', 'room%2F1'),
    'a name that is too long': whole.replace('room-1', 'x'.repeat(129)),
    'an absolute address': whole.replace('/live', 'http://live/live'),
    'another version': whole.replace('HTTP/1.1', 'HTTP/2.0'),
    'an upgrade': whole.replace('Empty:', 'upgrade: websocket'),
    'a body': whole.replace('Empty:', 'Content-Length: 3'),
    'a body in chunks': whole.replace('Empty:', 'Transfer-Encoding: chunked'),
    'an expectation': whole.replace('Empty:', 'Expect: 100-continue'),
    'something behind it': `${whole}GET`,
    'a folded field': whole.replace('Empty:', ' folded'),
    'bare line feeds': whole.replaceAll('\r\n', '\n'),
    'TLS': '\x16\x03\x01\x02\x00\x01\x00',
    nothing: '',
  };
  for (const [name, text] of Object.entries(others)) test(`is not ${name}`, () => assert.equal(readPlainGet(bytes(text)), undefined));

  test('is not a part of one, wherever it is cut', () => {
    for (let length = 0; length < whole.length; length++) assert.equal(readPlainGet(bytes(whole).subarray(0, length)), undefined);
  });

  test('is told from a hostile head in a time that grows with its length only', () => {
    const hostile = `GET /live/a.flv HTTP/1.1\r\n${`${'a:'.repeat(30)}\r\n`.repeat(100)}x`;
    assert.equal(readPlainGet(bytes(hostile)), undefined);
  });
});
