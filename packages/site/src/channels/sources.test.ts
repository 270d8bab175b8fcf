import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { AppError, ChannelSourceInput } from '@lubo/contract';
import { createSecrets } from '../secrets.ts';
import { openSource, sealSource, sourceOfInput, viewOfSealed } from './sources.ts';

const secrets = createSecrets(new Uint8Array(32).fill(7));
const take = (input: object, before?: Parameters<typeof sourceOfInput>[1]) => sourceOfInput(ChannelSourceInput.parse(input), before);

describe('an address as people paste it', () => {
  const cases: [pasted: string, url: string, user: string, password: string][] = [
    ['rtsp://10.0.0.7/live', 'rtsp://10.0.0.7/live', '', ''],
    ['rtsp://admin:secret@10.0.0.7:554/live?x=1', 'rtsp://10.0.0.7:554/live?x=1', 'admin', 'secret'],
    ['rtsp://admin:p%40ss%3A1@cam/1', 'rtsp://cam/1', 'admin', 'p@ss:1'],
    ['rtsp://admin:p@ss:w@cam/1', 'rtsp://cam/1', 'admin', 'p@ss:w'],
    ['rtmp://admin@[::1]:1935/live/1', 'rtmp://[::1]:1935/live/1', 'admin', ''],
    ['rtsp://admin:100%@cam/1', 'rtsp://cam/1', 'admin', '100%'],
  ];
  for (const [pasted, url, user, password] of cases) {
    test(`${pasted} is taken apart`, () => {
      assert.deepEqual(take({ mode: 'pull', url: pasted }), { mode: 'pull', url, user, password, transport: 'auto' });
    });
  }
  for (const wrong of ['http://cam/1', 'file:///etc/passwd', 'rtsp://', 'rtsp://a:b@/x']) {
    test(`${wrong} is refused with its field`, () => {
      assert.throws(
        () => sourceOfInput({ mode: 'pull', url: wrong, user: '', transport: 'auto' }),
        (error) => error instanceof AppError && error.fields[0]?.path === 'body.source.url',
      );
    });
  }
});

test('a password that is left out stays, an empty one takes it away, another mode has none', () => {
  const before = take({ mode: 'camera', address: 'cam', user: 'a', password: 'secret' });
  assert.equal((take({ mode: 'camera', address: 'cam2', user: 'a' }, before) as { password: string }).password, 'secret');
  assert.equal((take({ mode: 'camera', address: 'cam', password: '' }, before) as { password: string }).password, '');
  assert.equal((take({ mode: 'pull', url: 'rtsp://cam/1' }, before) as { password: string }).password, '');
});

test('a text that was emptied is known to the gather, which takes it out of the picture, and shown to nobody', () => {
  const of = (osd: string, before?: Parameters<typeof sourceOfInput>[1]) => take({ mode: 'camera', address: 'cam', osd }, before);
  const emptied = of('', of('Room 1'));
  assert.deepEqual(['osd', 'formerOsd'].map((name) => (emptied as Record<string, unknown>)[name]), ['', 'Room 1']);
  assert.equal((of('', emptied) as { formerOsd: string }).formerOsd, 'Room 1', 'it may still be there');
  assert.equal((of('Room 2', emptied) as { formerOsd: string }).formerOsd, '');
  assert.equal('formerOsd' in viewOfSealed(sealSource(emptied, 'channel00001', secrets)), false);
});

test('a password is sealed for its channel, opened for the gather and never shown', () => {
  const source = take({ mode: 'pull', url: 'rtsp://admin:top%20secret@cam/1' });
  const text = sealSource(source, 'channel00001', secrets);
  assert.doesNotMatch(text, /top secret/);
  assert.deepEqual(openSource(text, 'channel00001', secrets), source);
  assert.deepEqual(viewOfSealed(text), { mode: 'pull', url: 'rtsp://cam/1', user: 'admin', transport: 'auto', hasPassword: true });
  assert.equal((openSource(text, 'channel00002', secrets) as { password: string }).password, '');
});

test('what an earlier version stored without a seal is read', () => {
  assert.deepEqual(openSource('{"mode":"file","path":"/a.mp4"}', 'x', secrets), { mode: 'file', path: '/a.mp4' });
});
