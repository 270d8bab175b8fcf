// One moment of the demo classroom, drawn from back to front. The same second always gives the same picture.
import { drawBoard } from './board.js';
import { drawClocks } from './clocks.js';
import { drawPupils } from './pupils.js';
import { drawFurniture, drawRoom } from './room.js';
import { drawTeacher } from './teacher.js';
import { framesPerSecond, loopSeconds } from './time.js';

const context = document.querySelector('canvas').getContext('2d');

/** Draws the moment `seconds` after the start of the loop. */
globalThis.render = (seconds) => {
  const frame = Math.round(seconds * framesPerSecond) % (loopSeconds * framesPerSecond);
  const now = frame / framesPerSecond;
  drawRoom(context);
  drawBoard(context, now);
  drawClocks(context, now, frame);
  drawTeacher(context, now);
  drawFurniture(context);
  drawPupils(context, now);
};

globalThis.ready = (async () => {
  const words = ['40px ChalkHan', '40px ChalkLatin'];
  await Promise.all(words.map((font) => document.fonts.load(font, '录播勾股定理 Lubo 0123456789abc+=')));
  globalThis.render(0);
})();
