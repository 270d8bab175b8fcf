// CAP-10 with the time in hand: a track that falls silent while the other goes on ends the connection, with its reason, and no oftener than helps.
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { DialEnd } from './dialled.ts';
import { type SoundAllowance, createSoundAllowance, watchSilence } from './silence.ts';

type Kind = 'video' | 'audio';
const asWanted: DialEnd = { fault: { code: 'source-lost', detail: 'not wanted any more' }, isFinal: false };

/** One connection of a source that promised both; time goes by in steps of a quarter of a second. */
function connect({ allowance = createSoundAllowance(), mayLackPicture = false, at = 0 }: { allowance?: SoundAllowance; mayLackPicture?: boolean; at?: number } = {}) {
  const notices = new Set<string>();
  const notice = (code: string, detail: string | undefined): void => void (detail === undefined ? notices.delete(code) : notices.add(code));
  const wanted = new AbortController();
  const watch = watchSilence({ millis: 15_000, output: { notice }, allowance, mayLackPicture, signal: wanted.signal });
  watch.expect(['video', 'audio']);
  let now = at;
  const play = (seconds: number, ...kinds: Kind[]): void => {
    for (const end = now + seconds * 1000; now < end; now += 250) {
      for (const kind of kinds) watch.heard(kind);
      watch.look(now);
    }
  };
  const ended = (): string | undefined => (watch.signal.aborted ? watch.endOf(asWanted).fault.code : undefined);
  return { watch, wanted, notices, play, ended, now: () => now };
}

describe('a source of which one track falls silent', () => {
  it('is lost after 15 s without its picture', () => {
    const { watch, play, ended } = connect();
    play(60, 'video', 'audio');
    play(14, 'audio');
    assert.equal(ended(), undefined);
    play(2, 'audio');
    assert.equal(ended(), 'source-silent');
    assert.deepEqual([watch.endOf(asWanted).fault.detail, watch.isPictureMissing], ['sound comes, but no picture for 15 s', false]);
  });

  it('is lost after 15 s without its sound', () => {
    const { watch, play, ended } = connect();
    play(60, 'video', 'audio');
    play(14, 'video');
    assert.equal(ended(), undefined);
    play(2, 'video');
    assert.deepEqual([ended(), watch.endOf(asWanted).isFinal], ['sound-lost', false]);
  });

  it('is not lost for a pause that ends in time', () => {
    const { play, ended, notices } = connect();
    for (let round = 0; round < 10; round++) {
      play(14, 'video');
      play(1, 'video', 'audio');
      play(14, 'audio');
      play(1, 'video', 'audio');
    }
    assert.deepEqual([ended(), notices.size], [undefined, 0]);
  });

  it('that never had sound goes on', () => {
    const { play, ended, notices } = connect();
    play(3_600, 'video');
    assert.deepEqual([ended(), notices.size], [undefined, 0]);
  });

  it('is dialled for its sound once an hour; until then its silence is a notice, which ends with the silence', () => {
    const allowance = createSoundAllowance();
    const first = connect({ allowance });
    first.play(10, 'video', 'audio');
    first.play(20, 'video');
    assert.equal(first.ended(), 'sound-lost');
    const second = connect({ allowance, at: first.now() });
    second.play(10, 'video', 'audio');
    second.play(600, 'video');
    assert.deepEqual([second.ended(), [...second.notices]], [undefined, ['sound-missing']]);
    second.play(1, 'video', 'audio');
    assert.deepEqual([...second.notices], []);
    second.play(3_600, 'video', 'audio');
    second.play(20, 'video');
    assert.equal(second.ended(), 'sound-lost');
  });

  it('that promised a picture and never sent one is lost once, then its sound is enough', () => {
    const first = connect();
    first.play(20, 'audio');
    assert.deepEqual([first.ended(), first.watch.isPictureMissing], ['source-silent', true]);
    const second = connect({ mayLackPicture: true });
    second.notices.add('picture-missing');
    second.play(600, 'audio');
    assert.deepEqual([second.ended(), second.watch.isPictureMissing, [...second.notices]], [undefined, true, ['picture-missing']]);
    second.play(1, 'audio', 'video');
    assert.deepEqual([second.watch.isPictureMissing, [...second.notices]], [false, []]);
    second.play(16, 'audio');
    assert.equal(second.ended(), 'source-silent');
  });

  it('whose both tracks are silent is for the connection to judge', () => {
    const { play, ended } = connect();
    play(10, 'video', 'audio');
    play(100);
    assert.equal(ended(), undefined);
  });

  it('ends as it is wanted to end', () => {
    const { watch, wanted } = connect();
    wanted.abort();
    assert.deepEqual([watch.signal.aborted, watch.endOf(asWanted)], [true, asWanted]);
  });
});
