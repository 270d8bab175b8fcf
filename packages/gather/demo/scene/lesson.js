// What is written on the board and when: each piece has the seconds between which the chalk draws it.

const white = '#f4f1e6';
const yellow = '#f7dc7f';
const pink = '#f3a8a8';
const blue = '#9fd0ee';

// The figure: legs of 3 and 4 units with a square on each side; C is the right angle.
const unit = 23;
const c = { x: 187, y: 349 };
const a = { x: c.x, y: c.y - 3 * unit };
const b = { x: c.x + 4 * unit, y: c.y };
const out = { x: 3 * unit, y: -4 * unit };
const bOut = { x: b.x + out.x, y: b.y + out.y };
const aOut = { x: a.x + out.x, y: a.y + out.y };
const left = c.x - 3 * unit;
const below = c.y + 4 * unit;

const line = (points, color, from, to, width = 3.4) => ({ kind: 'line', points, color, from, to, width });
const han = (text, x, y, size, color, from, to) => ({ kind: 'text', font: 'ChalkHan', text, x, y, size, color, from, to });
const latin = (text, x, y, size, color, from, to) => ({ kind: 'text', font: 'ChalkLatin', text, x, y, size, color, from, to });
const tint = (points, color, from, to) => ({ kind: 'tint', points, color, from, to });

/** Stands on the board from the first moment. */
export const heading = [
  han('录播', 96, 148, 42, white, -2, -1),
  latin('Lubo', 190, 148, 46, white, -2, -1),
  line([{ x: 96, y: 160 }, { x: 280, y: 158 }], yellow, -2, -1, 2.6),
];

/** The lesson in the order of writing. */
export const lesson = [
  han('勾股定理', 352, 158, 50, white, 3.6, 5.6),
  latin('Pythagorean theorem', 578, 156, 32, white, 5.7, 7.4),

  line([a, c], white, 9.1, 9.6),
  line([c, b], white, 9.7, 10.3),
  line([b, a], yellow, 10.4, 11.1),
  line([{ x: c.x, y: c.y - 13 }, { x: c.x + 13, y: c.y - 13 }, { x: c.x + 13, y: c.y }], white, 11.15, 11.4, 2.4),
  latin('a', c.x + 7, c.y - 32, 29, pink, 11.5, 11.7),
  latin('b', c.x + 38, c.y - 7, 29, blue, 11.8, 12),
  latin('c', c.x + 60, c.y - 46, 29, yellow, 12.1, 12.3),

  line([a, { x: left, y: a.y }, { x: left, y: c.y }, c], pink, 12.5, 13.2, 3),
  tint([a, { x: left, y: a.y }, { x: left, y: c.y }, c], pink, 13.2, 13.5),
  latin('a', c.x - 48, c.y - 24, 34, pink, 13.5, 13.65),
  latin('2', c.x - 29, c.y - 38, 19, pink, 13.7, 13.8),
  line([c, { x: c.x, y: below }, { x: b.x, y: below }, b], blue, 14, 14.8, 3),
  tint([c, { x: c.x, y: below }, { x: b.x, y: below }, b], blue, 14.8, 15.1),
  latin('b', c.x + 33, c.y + 58, 34, blue, 15.1, 15.25),
  latin('2', c.x + 51, c.y + 43, 19, blue, 15.3, 15.4),
  line([b, bOut, aOut, a], yellow, 15.6, 16.5, 3),
  tint([b, bOut, aOut, a], yellow, 16.5, 16.8),
  latin('c', 256, 280, 36, yellow, 16.8, 16.95),
  latin('2', 273, 264, 20, yellow, 17, 17.1),

  latin('a', 426, 276, 74, pink, 17.8, 18.1),
  latin('2', 464, 246, 38, pink, 18.15, 18.3),
  latin('+', 500, 272, 62, white, 18.4, 18.55),
  latin('b', 558, 276, 74, blue, 18.65, 18.95),
  latin('2', 596, 246, 38, blue, 19, 19.2),
  latin('=', 634, 272, 62, white, 19.3, 19.55),
  latin('c', 696, 276, 74, yellow, 19.65, 20),
  latin('2', 730, 246, 38, yellow, 20.05, 20.3),

  latin('3', 434, 356, 46, white, 21.3, 21.5),
  latin('2', 458, 336, 25, white, 21.55, 21.7),
  latin('+', 490, 354, 42, white, 21.8, 21.95),
  latin('4', 532, 356, 46, white, 22.05, 22.25),
  latin('2', 557, 336, 25, white, 22.3, 22.45),
  latin('=', 588, 354, 42, white, 22.55, 22.7),
  latin('5', 630, 356, 46, white, 22.8, 23),
  latin('2', 655, 336, 25, white, 23.05, 23.2),

  latin('9 + 16 = 25', 470, 424, 46, white, 23.7, 25),
  line([{ x: 426, y: 300 }, { x: 590, y: 296 }, { x: 772, y: 299 }], yellow, 25.4, 25.9, 3.2),
];

/** From the first stroke to the last. */
export const writing = { from: 3.5, to: 26 };

/** The written panel slides away and shows a clean one. */
export const sliding = { from: 30.4, to: 31.7 };
