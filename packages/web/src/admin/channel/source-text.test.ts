import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceText } from './source-text.ts';

const pull = { mode: 'pull', url: 'rtsp://10.0.0.2:554/main', user: 'admin', transport: 'auto' } as const;
const camera = { mode: 'camera', address: '10.0.0.3', port: 80, user: '', osd: '', isMirrored: false, isDualStream: true } as const;

test('a password is dots, whatever it is', () => {
  assert.equal(sourceText({ ...pull, hasPassword: true }), 'rtsp://admin:••••••@10.0.0.2:554/main');
  assert.equal(sourceText({ ...camera, user: 'root', hasPassword: true }), 'root:••••••@10.0.0.3:80');
});

test('where there is none, none is shown', () => {
  assert.equal(sourceText({ ...pull, hasPassword: false }), 'rtsp://admin@10.0.0.2:554/main');
  assert.equal(sourceText({ ...camera, hasPassword: false }), '10.0.0.3:80');
  assert.equal(sourceText({ mode: 'file', path: 'D:\\课程\\一.mp4' }), 'D:\\课程\\一.mp4');
});
