// Which source an address gets; those that no source can open are named, and nothing of their secrets is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ChannelFault } from '@lubo/contract';
import { pino } from 'pino';
import { createFakeClock } from '../fake-clock.ts';
import { openSource } from './open.ts';

const never = (): void => assert.fail('it gives something');
const surroundings = { clock: createFakeClock(), log: pino({ level: 'silent' }), bitrates: () => ({ mainKbps: 1024, subKbps: 512 }), reconnects: () => true, stream: 'main' as const };

for (const url of ['http://teacher:secret@10.0.0.9/live.flv', 'https://10.0.0.9/live.m3u8', 'srt://10.0.0.9:9000?passphrase=secret', 'udp://239.0.0.1:1234', 'file:///etc/secret']) {
  test(`${url.slice(0, url.indexOf(':'))} is not supported, and only its scheme is told`, async () => {
    const source = openSource({ id: 'channel00001', name: 'Room 1', isStarted: true, source: { mode: 'pull', url, user: '', password: 'secret', transport: 'auto' } }, surroundings);
    const fault = await new Promise<ChannelFault>((resolve) => {
      source.start({ begin: never, change: never, packets: never, fault: resolve });
    });
    await source.stop();
    assert.deepEqual(fault, { code: 'not-supported', detail: `this gather can't open addresses like ${url.slice(0, url.indexOf(':'))}://` });
  });
}
