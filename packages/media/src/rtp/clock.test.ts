import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { Timeline, timelineStart } from './clock.ts';

/** Ms of a 90 kHz and an 8 kHz track; timestamps given in ms since each track's odd beginning. */
function session(): { video: (ms: number, now: number) => number; audio: (ms: number, now: number) => number; reports: { video: (ms: number, wall: number) => void; audio: (ms: number, wall: number) => void }; clocks: { restarts: number }[] } {
  const timeline = new Timeline();
  const audio = timeline.add(8000, true);
  const video = timeline.add(90000, false);
  const stamp = (ms: number, rate: number, start: number): number => Number((BigInt(start) + BigInt(Math.round(ms * rate / 1000))) & 0xffffffffn);
  return {
    video: (ms, now) => video.place(stamp(ms, 90000, 4294900000), now) / 90,
    audio: (ms, now) => audio.place(stamp(ms, 8000, 123), now) / 8,
    reports: {
      video: (ms, wall) => video.report(stamp(ms, 90000, 4294900000), wall),
      audio: (ms, wall) => audio.report(stamp(ms, 8000, 123), wall),
    },
    clocks: [video, audio],
  };
}

describe('the timeline of a session', () => {
  it('places first packets by arrival, and later ones by their own time alone', () => {
    const { audio, video } = session();
    assert.equal(audio(0, 5000), timelineStart);
    assert.equal(video(0, 5080), timelineStart + 80);
    assert.equal(video(40, 5500), timelineStart + 120);
    assert.equal(audio(20, 9000), timelineStart + 20);
    assert.equal(video(80, 5510), timelineStart + 160);
  });

  it('passes the wrap of 32 bits, twice, and steps back for B-frames', () => {
    const { video } = session();
    const day = 24 * 3600 * 1000;
    for (let ms = 0; ms < day * 1.2; ms += 9000) assert.ok(Math.abs(video(ms, ms) - timelineStart - ms) < 0.02, `${ms}`);
    assert.equal(Math.round(video(day * 1.2 - 9000 - 40, day * 1.2)), timelineStart + day * 1.2 - 9040);
  });

  it('moves the video, slowly and never the sound, to where late reports say', () => {
    const { audio, video, reports } = session();
    // The video comes 400 ms late through its encoder.
    let last = 0;
    for (let now = 0; now < 20_000; now += 40) {
      assert.equal(audio(now, now), timelineStart + now);
      const placed = video(now, now + 400);
      assert.ok(placed - last >= 37.9 || last === 0, `a step of ${placed - last} ms`);
      last = placed;
      if (now === 4000) {
        reports.audio(now, 1_000_000);
        reports.video(now, 1_000_000);
      }
      if (now <= 4000) assert.ok(Math.abs(placed - timelineStart - now - 400) < 0.02);
      if (now >= 13_000) assert.ok(Math.abs(placed - timelineStart - now) < 1, `${placed - now} at ${now}`);
    }
  });

  it('takes reports from before the first packet at once', () => {
    const { audio, video, reports } = session();
    reports.audio(0, 77_000);
    reports.video(0, 77_000);
    assert.equal(audio(0, 0), timelineStart);
    assert.equal(Math.round(video(0, 700)), timelineStart);
  });

  it('does not believe reports of clocks that have nothing to do with each other', () => {
    const { audio, video, reports } = session();
    audio(0, 0);
    video(0, 10);
    reports.audio(0, 1_000_000);
    reports.video(0, 500_000_000);
    assert.equal(Math.round(video(1000, 1010)), timelineStart + 1010);
  });

  it('waits for reports of all tracks after the clock of the camera was set', () => {
    const { audio, video, reports } = session();
    audio(0, 0);
    video(0, 0);
    reports.audio(0, 0);
    reports.video(0, 0);
    // The camera's clock is set back by 1 s; the report of the sound tells first.
    reports.audio(1000, 0);
    for (let now = 1000; now < 3000; now += 40) assert.equal(Math.round(video(now, now)), timelineStart + now);
    reports.video(3000, 2000);
    for (let now = 3000; now < 5000; now += 40) assert.equal(Math.round(video(now, now)), timelineStart + now);
  });

  it('goes on from the last time, by what passed, after a new time base', () => {
    const { video, clocks } = session();
    video(0, 0);
    video(1000, 1000);
    assert.equal(Math.round(video(9_000_000, 1040)), timelineStart + 1040);
    assert.equal(Math.round(video(9_000_040, 1080)), timelineStart + 1080);
    assert.equal(Math.round(video(7000, 1120)), timelineStart + 1120);
    assert.deepEqual(clocks.map(({ restarts }) => restarts), [2, 0]);
  });

  it('takes a pause of the source, a burst after a stall and slow drift for what they are', () => {
    const { video, audio, clocks } = session();
    video(0, 0);
    assert.equal(Math.round(video(60_000, 60_000)), timelineStart + 60_000);
    for (let ms = 60_000; ms < 80_000; ms += 40) video(ms, 80_000);
    assert.equal(Math.round(video(80_000, 80_010)), timelineStart + 80_000);
    // 500 ppm for three days.
    for (let now = 0; now < 3 * 86_400_000; now += 20_000) audio(now * 1.0005, now);
    assert.deepEqual(clocks.map(({ restarts }) => restarts), [0, 0]);
  });
});
