// Tracks and packets as connections bring them: when a channel begins, and in which order it gets what.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { audio, picture, sound, video } from '../fake-units.ts';
import type { Tracks } from '../unit.ts';
import { createIntake } from './intake.ts';

function begin() {
  const told: string[] = [];
  const kindsOf = ({ video: v, audio: a }: Tracks): string => [v, a].flatMap((track) => track?.kind ?? []).join('+');
  const intake = createIntake({
    begin: (tracks) => told.push(`begin ${kindsOf(tracks)}`),
    change: (tracks) => told.push(`change ${kindsOf(tracks)}`),
    packets: (packets) => told.push(...packets.map(({ kind, dts }) => `${kind} ${dts}`)),
  });
  return { intake, told };
}

test('a channel begins with all tracks, then gets its packets in order of decode time', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  for (const i of [0, 1]) intake.packet(picture(i));
  intake.pass(0);
  assert.deepEqual(told, []);
  intake.track(audio);
  for (const i of [0, 1, 2]) intake.packet(sound(i));
  intake.pass(10);
  assert.deepEqual(told, ['begin video+audio', 'video 0', 'audio 0', 'audio 20', 'video 40']);
});

test('sound that never comes is waited for 1.5 s, and changes the tracks when it comes after all', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  intake.packet(picture(0));
  intake.pass(0);
  intake.pass(1_499);
  assert.deepEqual(told, []);
  intake.pass(1_500);
  intake.track(audio);
  assert.deepEqual(told, ['begin video', 'video 0']);
  intake.packet(sound(0));
  assert.deepEqual(told, ['begin video', 'video 0', 'change video+audio']);
});

test('a track that is only promised is not told', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  intake.track(audio);
  intake.packet(sound(0));
  intake.pass(0);
  intake.pass(5_000);
  assert.deepEqual(told, ['begin audio', 'audio 0']);
  intake.packet(picture(0));
  assert.equal(told.at(-1), 'change video+audio');
});

test('packets go out with the configuration that they came with, also before the beginning', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  intake.packet(picture(0));
  intake.track({ ...video, width: 1 });
  intake.packet(picture(1));
  intake.pass(0);
  intake.pass(400);
  assert.deepEqual(told, ['begin video', 'video 0', 'change video', 'video 40']);
});

test('a track that pauses for 300 ms holds the other one up no longer', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  intake.track(audio);
  intake.packet(picture(0));
  intake.packet(sound(0));
  intake.pass(0);
  intake.packet(picture(1));
  intake.pass(299);
  assert.deepEqual(told, ['begin video+audio', 'video 0', 'audio 0']);
  intake.pass(300);
  assert.equal(told.at(-1), 'video 40');
});

test('what is held when the connection ends goes out, but only of a channel that has begun', () => {
  const { intake, told } = begin();
  intake.expect(['video', 'audio']);
  intake.track(video);
  intake.packet(picture(0));
  intake.end();
  assert.deepEqual(told, []);
  intake.track(audio);
  intake.packet(sound(0));
  intake.pass(0);
  intake.packet(picture(1));
  intake.end();
  assert.deepEqual(told, ['begin video+audio', 'video 0', 'audio 0', 'video 40']);
});
