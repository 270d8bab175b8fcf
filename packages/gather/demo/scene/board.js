// The blackboard: frame, a panel of slate, chalk with its grain, and the panel's slide at the end of the loop.
import { heading, lesson, sliding } from './lesson.js';
import { chance, clamp, ease } from './time.js';

const inner = { x: 70, y: 98, width: 792, height: 364 };
let slate;
let grain;
let chalk;

/** The board at one moment. */
export function drawBoard(context, now) {
  slate ??= paintSlate();
  grain ??= paintGrain();
  drawFrame(context);
  context.save();
  context.beginPath();
  context.rect(inner.x, inner.y, inner.width, inner.height);
  context.clip();
  const slide = ease(now, sliding.from, sliding.to);
  drawPanel(context, now, -slide * inner.width);
  if (slide > 0) drawPanel(context, 0, (1 - slide) * inner.width);
  context.restore();
  drawTray(context);
}

function drawFrame(context) {
  context.fillStyle = 'rgba(60, 45, 25, 0.22)';
  context.fillRect(62, 92, 822, 394);
  const wood = context.createLinearGradient(0, 84, 0, 476);
  wood.addColorStop(0, '#c08a54');
  wood.addColorStop(1, '#94632f');
  context.fillStyle = wood;
  context.beginPath();
  context.roundRect(56, 84, 820, 392, 5);
  context.fill();
  context.fillStyle = '#5d3d1c';
  context.fillRect(inner.x - 3, inner.y - 3, inner.width + 6, inner.height + 6);
}

function drawTray(context) {
  context.fillStyle = '#a8743f';
  context.fillRect(64, 474, 804, 10);
  context.fillStyle = '#7a5128';
  context.fillRect(64, 482, 804, 4);
  for (const [x, color] of [[420, '#f4f1e6'], [448, '#f3a8a8'], [474, '#9fd0ee'], [700, '#f7dc7f']]) {
    context.fillStyle = color;
    context.fillRect(x, 469, 20, 6);
  }
  context.fillStyle = '#3c4a55';
  context.fillRect(580, 462, 56, 8);
  context.fillStyle = '#d9b787';
  context.fillRect(580, 469, 56, 6);
}

function drawPanel(context, now, offset) {
  context.drawImage(slate, inner.x + offset, inner.y);
  context.drawImage(writtenAt(now), inner.x + offset, inner.y);
}

function paintSlate() {
  const canvas = new OffscreenCanvas(inner.width, inner.height);
  const context = canvas.getContext('2d');
  const green = context.createLinearGradient(0, 0, inner.width, inner.height);
  green.addColorStop(0, '#2f5f4d');
  green.addColorStop(0.5, '#2a5445');
  green.addColorStop(1, '#22463a');
  context.fillStyle = green;
  context.fillRect(0, 0, inner.width, inner.height);
  const next = chance(3);
  context.filter = 'blur(16px)';
  for (let i = 0; i < 26; i++) {
    context.fillStyle = `rgba(232, 240, 228, ${0.02 + next() * 0.03})`;
    context.beginPath();
    context.ellipse(next() * inner.width, next() * inner.height, 70 + next() * 110, 16 + next() * 22, -0.3 + next() * 0.5, 0, 7);
    context.fill();
  }
  context.filter = 'none';
  context.fillStyle = '#b9bdb6';
  context.fillRect(0, 0, 4, inner.height);
  context.fillRect(inner.width - 4, 0, 4, inner.height);
  return canvas;
}

/** Holes that the chalk leaves; they stay with the panel, so they don't flicker. */
function paintGrain() {
  const canvas = new OffscreenCanvas(inner.width, inner.height);
  const context = canvas.getContext('2d');
  const next = chance(11);
  for (let i = 0; i < 30_000; i++) {
    context.fillStyle = `rgba(0, 0, 0, ${0.15 + next() * 0.45})`;
    context.fillRect(next() * inner.width, next() * inner.height, 1 + next() * 1.6, 1 + next() * 1.6);
  }
  return canvas;
}

function writtenAt(now) {
  chalk ??= new OffscreenCanvas(inner.width, inner.height);
  const context = chalk.getContext('2d');
  context.globalCompositeOperation = 'source-over';
  context.clearRect(0, 0, inner.width, inner.height);
  context.save();
  context.translate(-inner.x, -inner.y);
  for (const piece of [...heading, ...lesson]) drawPiece(context, piece, clamp((now - piece.from) / (piece.to - piece.from)));
  context.restore();
  context.globalCompositeOperation = 'destination-out';
  context.drawImage(grain, 0, 0);
  return chalk;
}

function drawPiece(context, piece, share) {
  if (share <= 0) return;
  if (piece.kind === 'line') drawLine(context, piece, share);
  else if (piece.kind === 'text') drawText(context, piece, share);
  else drawTint(context, piece, share);
}

function drawLine(context, { points, color, width }, share) {
  const drawn = partOf(points, share);
  context.strokeStyle = color;
  context.lineWidth = width;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.beginPath();
  for (const point of drawn) context.lineTo(point.x, point.y);
  context.stroke();
}

/** The first `share` of a line of several legs. */
function partOf(points, share) {
  const legs = points.slice(1).map((to, i) => Math.hypot(to.x - points[i].x, to.y - points[i].y));
  let rest = legs.reduce((sum, leg) => sum + leg, 0) * share;
  const drawn = [points[0]];
  for (const [i, leg] of legs.entries()) {
    const part = clamp(rest / leg);
    drawn.push({ x: points[i].x + (points[i + 1].x - points[i].x) * part, y: points[i].y + (points[i + 1].y - points[i].y) * part });
    rest -= leg;
    if (rest <= 0) break;
  }
  return drawn;
}

/** Text appears behind a slanted edge that moves as the hand writes. */
function drawText(context, piece, share) {
  const { text, x, y, size, color } = piece;
  context.save();
  context.font = `${size}px ${piece.font}`;
  context.fillStyle = color;
  context.strokeStyle = color;
  context.lineWidth = size > 30 ? 1.2 : 0.7;
  if (share < 1) {
    const edge = x - size * 0.2 + (context.measureText(text).width + size * 0.4) * share;
    context.beginPath();
    context.moveTo(x - size, y - size * 1.2);
    context.lineTo(edge + size * 0.2, y - size * 1.2);
    context.lineTo(edge - size * 0.2, y + size * 0.5);
    context.lineTo(x - size, y + size * 0.5);
    context.clip();
  }
  context.fillText(text, x, y);
  context.strokeText(text, x, y);
  context.restore();
}

/** Slanted strokes with the side of the chalk. */
function drawTint(context, { points, color }, share) {
  context.save();
  context.beginPath();
  for (const point of points) context.lineTo(point.x, point.y);
  context.clip();
  context.strokeStyle = color;
  context.globalAlpha = 0.3;
  context.lineWidth = 5;
  const low = Math.min(...points.map(({ x, y }) => x + y));
  const high = Math.max(...points.map(({ x, y }) => x + y));
  context.beginPath();
  for (let sum = low; sum <= low + (high - low) * share; sum += 10) {
    context.moveTo(sum - 480, 480);
    context.lineTo(sum - 160, 160);
  }
  context.stroke();
  context.restore();
}

/** Where the chalk touches the board. */
export function tipAt(now) {
  const strokes = lesson.filter((piece) => piece.kind !== 'tint');
  const current = strokes.findLast((piece) => piece.from <= now) ?? strokes[0];
  if (now <= current.to) return tipOf(current, clamp((now - current.from) / (current.to - current.from)));
  const next = strokes[strokes.indexOf(current) + 1];
  if (next === undefined) return tipOf(current, 1);
  const share = ease(now, current.to, next.from);
  const from = tipOf(current, 1);
  const to = tipOf(next, 0);
  return { x: from.x + (to.x - from.x) * share, y: from.y + (to.y - from.y) * share };
}

function tipOf(piece, share) {
  if (piece.kind === 'line') return partOf(piece.points, share).at(-1);
  const width = piece.text.length * piece.size * (piece.font === 'ChalkHan' ? 1 : 0.44);
  const letters = piece.text.length * (piece.font === 'ChalkHan' ? 5 : 1);
  return {
    x: piece.x + width * share,
    y: piece.y - piece.size * (0.34 + 0.3 * Math.cos(2 * Math.PI * letters * share)),
  };
}
