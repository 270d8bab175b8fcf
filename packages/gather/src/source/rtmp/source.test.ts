// The RTMP source: plays, over TLS too, and what each way of being refused is called.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { type TestContext, test } from 'node:test';
import { fakeCertificate, noOpenssl } from '@lubo/config/fake-certificate';
import type { ChannelFault } from '@lubo/contract';
import type { Packet } from '@lubo/media';
import { pino } from 'pino';
import { systemClock } from '../../clock.ts';
import { createDialledSource } from '../dialled.ts';
import { type RtmpServerOptions, startRtmpServer } from './fake-server.ts';
import { rtmpDial } from './source.ts';

/** Plays until there are 20 packets or a fault, and a moment more. */
async function play(t: TestContext, options: RtmpServerOptions & { user?: string } = {}) {
  const server = await startRtmpServer(options);
  const dial = rtmpDial({ url: server.url, user: options.user ?? '', password: 'p&ss', clock: systemClock });
  const source = createDialledSource({ dial, clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => true, timing: { firstRetryMillis: 10, longestRetryMillis: 20 } });
  const packets: Packet[] = [];
  const fault = await new Promise<ChannelFault | undefined>((resolve) => {
    source.start({
      begin: () => {},
      change: () => {},
      packets(more) {
        packets.push(...more);
        if (packets.length >= 20) resolve(undefined);
      },
      fault: resolve,
    });
  });
  const notices = (source.health?.().notices ?? []).map(({ code }) => code);
  await new Promise((resolve) => setTimeout(resolve, 60));
  await source.stop();
  t.after(() => server.close());
  return { server, packets, fault, notices };
}

test('pictures and sound in order of decode time; user and password go into the query', async (t) => {
  const { packets, fault, notices, server } = await play(t, { user: 'teacher' });
  assert.deepEqual([fault, notices, new Set(packets.map(({ kind }) => kind))], [undefined, [], new Set(['video', 'audio'])]);
  assert.deepEqual([server.plays[0]?.get('user'), server.plays[0]?.get('pass')], ['teacher', 'p&ss']);
  packets.slice(1).forEach(({ dts }, i) => assert.ok(dts >= (packets[i]?.dts ?? 0)));
});

test('rtmps plays with a certificate that nobody vouches for, and tells so', { skip: noOpenssl }, async (t) => {
  const certificate = fakeCertificate();
  t.after(() => certificate.remove());
  const tls = { key: readFileSync(certificate.keyFile, 'utf8'), cert: readFileSync(certificate.certFile, 'utf8') };
  const { packets, fault, notices } = await play(t, { tls });
  assert.deepEqual([fault, packets.length >= 20, notices], [undefined, true, ['certificate-not-checked']]);
});

for (const [goesOn, expected] of [['audio', 'source-silent'], ['video', 'sound-lost']] as const) {
  test(`when only ${goesOn} goes on, that is a loss with its reason, and the source is dialled again`, async (t) => {
    const server = await startRtmpServer({ goesOn: () => goesOn });
    const dial = rtmpDial({ url: server.url, user: '', password: '', clock: systemClock, timing: { silenceMillis: 400 } });
    const source = createDialledSource({ dial, clock: systemClock, log: pino({ level: 'silent' }), reconnects: () => true, timing: { firstRetryMillis: 10, longestRetryMillis: 20 } });
    t.after(async () => {
      await source.stop();
      await server.close();
    });
    const fault = await new Promise<ChannelFault>((resolve) => source.start({ begin: () => {}, change: () => {}, packets: () => {}, fault: resolve }));
    assert.equal(fault.code, expected);
    const again = performance.now() + 10_000;
    while (server.connections < 2 && performance.now() < again) await new Promise((resolve) => setTimeout(resolve, 10));
    assert.equal(server.connections, 2);
  });
}

const refusals = [
  ['', 'NetStream.Play.Failed', 'authentication required', 'password-missing', true],
  ['teacher', 'NetStream.Play.Failed', 'authentication failed', 'wrong-password', true],
  ['', 'NetStream.Play.StreamNotFound', 'No such stream.', 'stream-not-found', false],
  ['teacher', 'NetStream.Play.Failed', 'access denied', 'source-forbidden', false],
  ['', 'NetStream.Play.Failed', 'overloaded', 'source-refused', false],
] as const;
for (const [user, code, description, expected, isFinal] of refusals) {
  test(`"${description}"${user && ' to a user'} is ${expected}, ${isFinal ? 'and not tried again' : 'and tried again'}`, async (t) => {
    const { fault, server } = await play(t, { user, refuse: () => ({ code, description }) });
    assert.deepEqual([fault?.code, server.connections > 1], [expected, !isFinal]);
  });
}
