import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ChannelSourceInput, type ChannelSourceView } from '@lubo/contract';
import { formOfSource, sourceOfForm } from './source-form.ts';

const pull: ChannelSourceView = { mode: 'pull', url: 'rtsp://10.0.0.2/main', subUrl: 'rtsp://10.0.0.2/sub', user: 'admin', transport: 'tcp', hasPassword: true };
const camera: ChannelSourceView = { mode: 'camera', address: '10.0.0.3', port: 8000, user: 'admin', osd: '一班', isMirrored: true, isDualStream: false, hasPassword: true };

const cases: { name: string; view: ChannelSourceView; input: ChannelSourceInput }[] = [
  { name: 'a file', view: { mode: 'file', path: '/videos/a.mp4' }, input: { mode: 'file', path: '/videos/a.mp4' } },
  { name: 'an address to pull', view: pull, input: { mode: 'pull', url: 'rtsp://10.0.0.2/main', subUrl: 'rtsp://10.0.0.2/sub', user: 'admin', transport: 'tcp' } },
  { name: 'a camera', view: camera, input: { mode: 'camera', address: '10.0.0.3', port: 8000, user: 'admin', osd: '一班', isMirrored: true, isDualStream: false } },
];

for (const { name, view, input } of cases) {
  test(`${name} that nobody touched is sent as it was, its password left alone`, () => {
    assert.deepEqual(sourceOfForm(formOfSource(view)), input);
    assert.deepEqual(ChannelSourceInput.parse(input), input);
  });
}

test('what a camera is to be set to goes there and back, and what is left empty is left out', () => {
  const view: ChannelSourceView = { ...camera, isTurned: false, mainKbps: 4096, subKbps: 256, framesPerSecond: 15 };
  assert.deepEqual({ ...sourceOfForm(formOfSource(view)), hasPassword: true }, view);
  assert.deepEqual(sourceOfForm({ ...formOfSource(view), turned: 'camera', mainKbps: undefined, subKbps: undefined, framesPerSecond: undefined }), cases[2]?.input);
});

test('a password is replaced by what was typed, and removed when that was asked for', () => {
  assert.deepEqual(sourceOfForm({ ...formOfSource(camera), password: 'new' }), { ...cases[2]?.input, password: 'new' });
  assert.deepEqual(sourceOfForm({ ...formOfSource(camera), password: 'new', clearsPassword: true }), { ...cases[2]?.input, password: '' });
});

test('an empty sub stream is none', () => {
  assert.equal('subUrl' in sourceOfForm({ ...formOfSource(pull), subUrl: ' ' }), false);
});
