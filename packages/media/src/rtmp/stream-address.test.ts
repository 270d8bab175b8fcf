import assert from 'node:assert/strict';
import { test } from 'node:test';
import { streamAddress } from './stream-address.ts';

const cases: { who: string; from: { app: string; tcUrl: string; name: string }; app: string; name: string; query: string }[] = [
  { who: 'no query', from: { app: 'live', tcUrl: 'rtmp://h/live', name: 'room1' }, app: 'live', name: 'room1', query: '' },
  { who: 'the query in the name, as FFmpeg has it', from: { app: 'live', tcUrl: 'rtmp://h:1935/live', name: 'room1?token=x&n=1' }, app: 'live', name: 'room1', query: 'token=x&n=1' },
  { who: 'the query in app and tcUrl', from: { app: 'live?token=x', tcUrl: 'rtmp://h/live?token=x', name: 'room1' }, app: 'live', name: 'room1', query: 'token=x' },
  { who: 'the query in tcUrl alone', from: { app: 'live', tcUrl: 'rtmp://h/live?token=x', name: 'room1' }, app: 'live', name: 'room1', query: 'token=x' },
  { who: 'queries everywhere', from: { app: 'live?a=2&b=2', tcUrl: 'rtmp://h/live?a=3&b=3&c=3', name: 'room1?a=1' }, app: 'live', name: 'room1', query: 'a=1&b=2&c=3' },
  { who: 'two values of one parameter', from: { app: 'live?a=3', tcUrl: '', name: 'room1?a=1&a=2' }, app: 'live', name: 'room1', query: 'a=1&a=2' },
  { who: 'a second question mark', from: { app: 'live', tcUrl: '', name: 'room1?a=1?b=2' }, app: 'live', name: 'room1', query: 'a=1&b=2' },
  { who: 'slashes around', from: { app: '/live/', tcUrl: 'rtmp://h/live/', name: '/room1/' }, app: 'live', name: 'room1', query: '' },
  { who: 'percent-encoding', from: { app: 'li%76e', tcUrl: '', name: '%E8%AF%BE%E5%A0%82?t=a%26b' }, app: 'live', name: '课堂', query: 't=a%26b' },
  { who: 'a bare percent sign', from: { app: 'live', tcUrl: '', name: '100%' }, app: 'live', name: '100%', query: '' },
  { who: 'nothing', from: { app: '', tcUrl: '', name: '' }, app: '', name: '', query: '' },
];

for (const { who, from, app, name, query } of cases) {
  test(`the address of a stream with ${who} is gathered`, () => {
    const address = streamAddress(from);
    assert.deepEqual([address.app, address.name, address.query.toString()], [app, name, query]);
  });
}
