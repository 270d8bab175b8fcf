import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyAction, recordingKeyAction } from './keys.ts';

const plain = { altKey: false, ctrlKey: false, metaKey: false, shiftKey: false, defaultPrevented: false };
/** A place on the page that matches the given selectors' words. */
const place = (...words: string[]) => ({ closest: (selector: string) => (words.some((word) => selector.includes(word)) ? {} : null) });
const page = place();
const player = place('[data-state]');

const cases = [
  { name: 'F fills the screen', key: 'f', target: page, action: 'full-screen' },
  { name: 'a capital letter counts too', key: 'M', target: page, action: 'toggle-mute' },
  { name: 'Space plays and pauses', key: ' ', target: page, action: 'toggle-play' },
  { name: 'Space on a button is the button\'s', key: ' ', target: place('button'), action: undefined },
  { name: 'letters while typing are text', key: 'f', target: place('input:not'), action: undefined },
  { name: 'arrows outside the player scroll the page', key: 'ArrowUp', target: page, action: undefined },
  { name: 'arrows in the player set the volume', key: 'ArrowUp', target: player, action: 'louder' },
  { name: 'arrows on the volume slider are the slider\'s', key: 'ArrowDown', target: place('[data-state]', 'input[type="range"]'), action: undefined },
  { name: 'other keys mean nothing', key: 'q', target: page, action: undefined },
  { name: 'a page without a target', key: 'k', target: null, action: 'toggle-play' },
];

for (const { name, key, target, action } of cases) {
  // The slider is an input as well, but not one that is typed in.
  test(name, () => assert.equal(keyAction({ ...plain, key, target }), action));
}

test('a modifier or a key that was taken already means nothing', () => {
  for (const extra of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }, { shiftKey: true }, { defaultPrevented: true }]) {
    assert.equal(keyAction({ ...plain, key: 'f', target: page, ...extra }), undefined);
  }
});

const recordingCases = [
  { name: 'J goes back', key: 'j', target: page, action: 'back' },
  { name: 'L goes ahead', key: 'L', target: page, action: 'ahead' },
  { name: 'left and right seek, also outside the player', key: 'ArrowLeft', target: page, action: 'step-back' },
  { name: 'left and right on a slider are the slider\'s', key: 'ArrowRight', target: place('input[type="range"]'), action: undefined },
  { name: 'a recording has no statistics', key: 'i', target: page, action: undefined },
  { name: 'K plays and pauses a recording', key: 'k', target: page, action: 'toggle-play' },
];
for (const { name, key, target, action } of recordingCases) {
  test(name, () => assert.equal(recordingKeyAction({ ...plain, key, target }), action));
}

test('a live picture can\'t be sought', () => {
  for (const key of ['j', 'l', 'ArrowLeft', 'ArrowRight']) assert.equal(keyAction({ ...plain, key, target: player }), undefined, key);
});
