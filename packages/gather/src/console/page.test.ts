import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelView } from '../gather.ts';
import { consolePage, pickLanguage } from './page.ts';

const status = { isConnected: true, version: '0.1.0', title: undefined };
const channel = (name: string, over: Partial<ChannelView['report']> = {}): ChannelView => ({
  settings: { id: 'channel00001', name, source: { mode: 'file', path: '/课/a.mp4' }, isStarted: true },
  report: { id: 'channel00001', state: 'running', isPushing: false, isRecording: false, receiveKbps: 523.4, sendKbps: 0, ...over },
});

test('a running channel stands with its name, source and rates, and with LIVE only while it is pushed', () => {
  const page = consolePage({ status, channels: [channel('一班')] }, 'zh');
  for (const words of ['一班', '/课/a.mp4', '运行中', '523 kbps', '已连接']) assert.ok(page.includes(words), words);
  assert.doesNotMatch(page, /LIVE/);
  assert.match(consolePage({ status, channels: [channel('一班', { isPushing: true })] }, 'zh'), /LIVE/);
});

test('a fault is told with its reason', () => {
  const fault = { code: 'file-missing', detail: 'there is no file /课/a.mp4' };
  assert.match(consolePage({ status, channels: [channel('one', { state: 'error', fault })] }, 'en'), /error.*there is no file/);
});

test('names with markup are shown as they are', () => {
  const page = consolePage({ status: { ...status, title: '"><b>' }, channels: [channel('<script>alert(1)</script>"')], pictureOf: () => new Date(0) }, 'en');
  assert.doesNotMatch(page, /<script>|"><b>/);
});

test('a channel shows its newest picture, at an address that is another for another picture', () => {
  const page = consolePage({ status, channels: [channel('一班')], pictureOf: (id) => (id === 'channel00001' ? new Date(1_700_000_000_000) : undefined) }, 'zh');
  assert.match(page, /<img src="\/api\/channels\/channel00001\/snapshot\?at=1700000000000"[^>]* alt="一班的画面">/);
  assert.doesNotMatch(consolePage({ status, channels: [channel('一班')] }, 'zh'), /<img/);
});

test('without channels it says what to do', () => {
  assert.match(consolePage({ status, channels: [] }, 'en'), /add one on the site/);
});

test('Chinese is first, other browsers get English', () => {
  assert.deepEqual([undefined, 'zh-TW,en', 'en-US,zh;q=0.5', 'fr'].map(pickLanguage), ['zh', 'zh', 'en', 'en']);
});
