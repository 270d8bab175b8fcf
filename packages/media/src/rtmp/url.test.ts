import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FormatError } from '../errors.ts';
import type { RtmpUrl } from './url.ts';
import { parseRtmpUrl } from './url.ts';

const plain: RtmpUrl = { host: 'h.example', port: 1935, app: 'live', name: 'name', tls: false, tcUrl: 'rtmp://h.example:1935/live' };

const cases: { url: string; parsed: RtmpUrl }[] = [
  { url: 'rtmp://h.example/live/name', parsed: plain },
  { url: 'RTMP://h.example:1936/live/name', parsed: { ...plain, port: 1936, tcUrl: 'rtmp://h.example:1936/live' } },
  { url: 'rtmps://h.example/live/name', parsed: { ...plain, tls: true, port: 443, tcUrl: 'rtmps://h.example:443/live' } },
  { url: 'rtmp://[2001:db8::1]/live/name', parsed: { ...plain, host: '2001:db8::1', tcUrl: 'rtmp://[2001:db8::1]:1935/live' } },
  { url: 'rtmp://[::1]:1940/live/name', parsed: { ...plain, host: '::1', port: 1940, tcUrl: 'rtmp://[::1]:1940/live' } },
  { url: 'rtmp://h.example/live/name?token=a/b&c=d', parsed: { ...plain, name: 'name?token=a/b&c=d' } },
  { url: 'rtmp://h.example/live?token=x/name', parsed: { ...plain, app: 'live?token=x', tcUrl: 'rtmp://h.example:1935/live?token=x' } },
  { url: 'rtmp://h.example/a/b/name', parsed: { ...plain, app: 'a/b', tcUrl: 'rtmp://h.example:1935/a/b' } },
  { url: 'rtmp://h.example/live/%E8%AF%BE%20%31', parsed: { ...plain, name: '%E8%AF%BE%20%31' } },
  { url: 'rtmp://h.example/live/课堂', parsed: { ...plain, name: '课堂' } },
];

for (const { url, parsed } of cases) {
  test(`${url} is taken apart`, () => assert.deepEqual(parseRtmpUrl(url), parsed));
}

test('what is no address of a stream is a FormatError that does not repeat it', () => {
  const wrong = [
    'http://h/live/name', 'rtmp://h', 'rtmp://h/', 'rtmp://h/live', 'rtmp://h/live/', 'rtmp://h/live/?token=secret', 'rtmp:///live/name',
    'rtmp://user:secret@h/live/name', 'rtmp://h:0/live/name', 'rtmp://h:65536/live/name', 'rtmp://h:x/live/name', 'rtmp://::1/live/name',
    'rtmp://h/live?token=secret', 'rtmp://h/?a/b', 'rtmp://h/live/na me', '',
  ];
  for (const url of wrong) {
    assert.throws(() => parseRtmpUrl(url), (error) => error instanceof FormatError && !error.message.includes('secret'), url);
  }
});
