// Clocks for eye and program: the wall clock, and a panel with time, frame number, the same in binary, and a lamp
// that lights for three frames from each full second on, while the sound beeps.
import { ease, framesPerSecond, loopSeconds } from './time.js';

const panel = { x: 906, y: 50, width: 352, height: 118 };

/** Frames for which the lamp is lit from each full second on: 120 ms. */
const lampFrames = 3;

/** Both clocks at one moment. */
export function drawClocks(context, now, frame) {
  drawPanel(context, now, frame);
  drawWallClock(context, now);
}

function drawPanel(context, now, frame) {
  context.fillStyle = 'rgba(60, 45, 25, 0.22)';
  context.fillRect(panel.x + 6, panel.y + 8, panel.width, panel.height + 18);
  context.fillStyle = '#14181c';
  context.beginPath();
  context.roundRect(panel.x, panel.y, panel.width, panel.height + 18, 9);
  context.fill();
  const tenths = Math.floor(now * 10 + 1e-6);
  const seconds = Math.floor(tenths / 10);
  drawTime(context, String(seconds).padStart(2, '0'), String(tenths % 10));
  drawFrameNumber(context, frame);
  drawLamp(context, frame);
}

function drawTime(context, seconds, tenth) {
  const lit = '#ff5a45';
  let x = panel.x + 24;
  for (const digit of ['0', '0']) x = drawDigit(context, digit, x, panel.y + 14, 32, 56, lit);
  x = drawDots(context, x, panel.y + 14, [18, 38], lit);
  for (const digit of seconds) x = drawDigit(context, digit, x, panel.y + 14, 32, 56, lit);
  x = drawDots(context, x, panel.y + 14, [51], lit);
  drawDigit(context, tenth, x, panel.y + 14, 32, 56, lit);
}

function drawDots(context, x, y, heights, color) {
  context.fillStyle = color;
  for (const down of heights) context.fillRect(x - 1, y + down, 7, 7);
  return x + 16;
}

const segments = { 0: 'abcdef', 1: 'bc', 2: 'abged', 3: 'abgcd', 4: 'fgbc', 5: 'afgcd', 6: 'afgedc', 7: 'abc', 8: 'abcdefg', 9: 'abcdfg' };

/** Seven segments; gives back where the next digit begins. */
function drawDigit(context, digit, x, y, width, height, color) {
  const bar = width * 0.2;
  const half = height / 2;
  const places = {
    a: [bar * 0.7, 0, width - bar * 1.4, bar],
    g: [bar * 0.7, half - bar / 2, width - bar * 1.4, bar],
    d: [bar * 0.7, height - bar, width - bar * 1.4, bar],
    f: [0, bar * 0.7, bar, half - bar],
    b: [width - bar, bar * 0.7, bar, half - bar],
    e: [0, half + bar * 0.3, bar, half - bar],
    c: [width - bar, half + bar * 0.3, bar, half - bar],
  };
  for (const [name, [left, top, wide, high]] of Object.entries(places)) {
    context.fillStyle = segments[digit].includes(name) ? color : '#23282d';
    context.beginPath();
    context.roundRect(x + left, y + top, wide, high, bar * 0.35);
    context.fill();
  }
  return x + width + width * 0.3;
}

/** Frame within the loop: ten cells, highest bit first, lit for 1; and in digits. */
function drawFrameNumber(context, frame) {
  for (let bit = 0; bit < 10; bit++) {
    context.fillStyle = (frame >> (9 - bit)) & 1 ? '#8ff0b0' : '#23282d';
    context.fillRect(panel.x + 24 + bit * 20, panel.y + 86, 16, 16);
  }
  context.fillStyle = '#8a949c';
  context.font = '17px "Noto Sans CJK SC"';
  context.fillText('帧', panel.x + 234, panel.y + 101);
  let x = panel.x + 260;
  for (const digit of String(frame).padStart(3, '0')) x = drawDigit(context, digit, x, panel.y + 82, 15, 25, '#8ff0b0');
}

function drawLamp(context, frame) {
  const isLit = frame % framesPerSecond < lampFrames;
  const isTen = Math.floor(frame / framesPerSecond) % 10 === 0;
  const color = isTen ? '#ffb03a' : '#fff6c8';
  context.save();
  if (isLit) {
    context.shadowColor = color;
    context.shadowBlur = 22;
  }
  context.fillStyle = isLit ? color : '#343a3f';
  context.beginPath();
  context.roundRect(panel.x + 10, panel.y + panel.height - 4, panel.width - 20, 13, 5);
  context.fill();
  context.beginPath();
  context.arc(panel.x + 314, panel.y + 42, 16, 0, 2 * Math.PI);
  context.fill();
  context.restore();
}

function drawWallClock(context, now) {
  const middle = { x: 1168, y: 304 };
  context.fillStyle = 'rgba(60, 45, 25, 0.25)';
  circle(context, middle.x + 5, middle.y + 7, 74);
  context.fillStyle = '#3b4a57';
  circle(context, middle.x, middle.y, 74);
  context.fillStyle = '#fdfcf6';
  circle(context, middle.x, middle.y, 65);
  for (let i = 0; i < 60; i++) {
    const isHour = i % 5 === 0;
    hand(context, middle, i * 6, isHour ? 52 : 57, 61, isHour ? 3.2 : 1.2, '#3b4a57');
  }
  hand(context, middle, 254 + now / 120, -8, 34, 6, '#2b343c');
  hand(context, middle, 171 + now / 10 - ease(now, loopSeconds - 0.8, loopSeconds) * 3.2, -10, 50, 4.4, '#2b343c');
  hand(context, middle, secondHandAt(now), -16, 56, 2.2, '#d0392c');
  context.fillStyle = '#d0392c';
  circle(context, middle.x, middle.y, 5);
}

/** Degrees: a small step each second; in the last moment it runs round to where the loop begins. */
function secondHandAt(now) {
  const whole = Math.floor(now);
  const step = whole === 0 ? 1 : ease(now, whole, whole + 0.16);
  const steady = (whole - 1 + step) * 6;
  return whole === 0 ? 0 : steady + ease(now, loopSeconds - 0.84, loopSeconds) * (360 - (loopSeconds - 1) * 6);
}

function circle(context, x, y, radius) {
  context.beginPath();
  context.arc(x, y, radius, 0, 2 * Math.PI);
  context.fill();
}

function hand(context, middle, degrees, from, to, width, color) {
  const x = Math.sin((degrees * Math.PI) / 180);
  const y = -Math.cos((degrees * Math.PI) / 180);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.beginPath();
  context.moveTo(middle.x + x * from, middle.y + y * from);
  context.lineTo(middle.x + x * to, middle.y + y * to);
  context.stroke();
}
