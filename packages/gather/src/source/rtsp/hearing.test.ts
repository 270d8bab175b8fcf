// Sound of G.711 while FFmpeg is not there, or not yet: the pictures go on, the sound joins them when it can, and it is told.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { AudioTrack, Packet, SoundTrack } from '@lubo/media';
import { createFakeClock } from '../../fake-clock.ts';
import { audio, picture, sound, video } from '../../fake-units.ts';
import type { Tracks } from '../../unit.ts';
import { createSoundAllowance, watchSilence } from '../silence.ts';
import { createHearing } from './hearing.ts';

const g711: SoundTrack = { kind: 'audio', codec: 'pcma', timescale: 8000, sampleRate: 8000, channels: 1 };

/** One connection that plays pictures and G.711; `ready` says what the codec worker answers. */
function connect() {
  const clock = createFakeClock();
  const told: string[] = [];
  const notices = new Map<string, string>();
  const kindsOf = (tracks: Tracks): string => Object.keys(tracks).join('+');
  const output = {
    begin: (tracks: Tracks) => told.push(`begin ${kindsOf(tracks)}`),
    change: (tracks: Tracks) => told.push(`change ${kindsOf(tracks)}`),
    packets: (packets: readonly Packet[]) => told.push(...packets.map(({ kind }) => kind)),
    lost: () => {},
    notice: (code: string, detail: string | undefined) => void (detail === undefined ? notices.delete(code) : notices.set(code, detail)),
  };
  const worker = Promise.withResolvers<AudioTrack | undefined>();
  let deliver: (packets: readonly Packet[]) => void = () => {};
  let lastPut: number | undefined;
  let isClosed = false;
  const silence = watchSilence({ millis: 15_000, output, allowance: createSoundAllowance(), mayLackPicture: false, signal: new AbortController().signal });
  const hearing = createHearing({
    output,
    clock,
    silence,
    openSound(_, onPackets) {
      deliver = onPackets;
      return { track: worker.promise, put: ({ dts }) => void (lastPut = dts), close: () => void (isClosed = true) };
    },
  });
  let played = 0;
  const play = async (seconds: number): Promise<void> => {
    for (let end = played + seconds * 25; played < end; played++) {
      hearing.onEvent({ type: 'packet', packet: picture(played) });
      hearing.onEvent({ type: 'packet', packet: { ...sound(played), dts: played * 320 } });
      hearing.onPass(clock.now(), 0);
      await clock.advance(40);
    }
  };
  hearing.onEvent({ type: 'playing', transport: 'tcp', kinds: ['video', 'audio'] });
  hearing.onEvent({ type: 'track', track: video });
  hearing.onEvent({ type: 'track', track: g711 });
  return { hearing, silence, clock, told, notices, play, ready: worker.resolve, deliver: (packets: readonly Packet[]) => deliver(packets), lastPut: () => lastPut, isClosed: () => isClosed };
}

test('a codec worker that takes 7 s to start does not hold the pictures up, is told after 5 s, and its sound joins them', async () => {
  const { told, notices, play, ready, deliver, lastPut } = connect();
  await play(2);
  assert.deepEqual([told[0], new Set(told.slice(1)), notices.size], ['begin video', new Set(['video']), 0]);
  await play(5);
  assert.deepEqual([...notices], [['sound-waiting', 'pcma waits for FFmpeg, which has not started yet; until then there is only the picture']]);
  ready(audio);
  await play(1);
  assert.deepEqual([lastPut(), notices.size], [(8 * 25 - 1) * 320, 0]);
  const before = told.length;
  deliver([sound(350)]);
  await play(1);
  assert.ok(told.slice(before).includes('change video+audio'));
  assert.ok(told.slice(told.indexOf('change video+audio')).includes('audio'));
});

test('without FFmpeg the pictures go on in one connection: sound that is left out is not sound that was lost', async () => {
  const { clock, told, notices, silence, play, ready, lastPut } = connect();
  await play(1);
  const heard = lastPut();
  ready(undefined);
  await clock.advance(0);
  await play(40);
  assert.equal(silence.signal.aborted, false);
  assert.deepEqual([...notices], [['sound-left-out', 'the sound of the source is left out: pcma needs FFmpeg, which is not there']]);
  assert.deepEqual([told[0], told.filter((what) => what === 'video').length > 1_000, lastPut()], ['begin video', true, heard]);
});

test('a connection that ends while FFmpeg starts tells nothing afterwards', async () => {
  const { hearing, clock, told, notices, play, ready, isClosed } = connect();
  await play(3);
  hearing.close();
  const before = told.length;
  ready(audio);
  await clock.advance(10_000);
  assert.deepEqual([isClosed(), notices.size, told.length], [true, 0, before]);
});
