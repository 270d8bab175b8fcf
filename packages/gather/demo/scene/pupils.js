// The class from behind, in the foreground: heads that follow the teacher, and one that raises a hand.
import { teacherX } from './teacher.js';
import { clamp, during, wave } from './time.js';

const pupils = [
  { x: 104, hair: 'short', color: '#2b2220', nods: 7, phase: 0.1 },
  { x: 338, hair: 'tail', color: '#33241c', nods: 5, phase: 0.45 },
  { x: 580, hair: 'short', color: '#1f1b1b', nods: 8, phase: 0.7 },
  { x: 826, hair: 'bob', color: '#2a1d19', nods: 6, phase: 0.25 },
  { x: 1062, hair: 'braids', color: '#30231d', nods: 7, phase: 0.9 },
];

/** The class at one moment. */
export function drawPupils(context, now) {
  const look = teacherX(now);
  for (const pupil of pupils) drawPupil(context, now, pupil, clamp((look - pupil.x) / 500, -1, 1));
}

function drawPupil(context, now, pupil, look) {
  const x = pupil.x + wave(now, pupil.nods, pupil.phase) * 1.6;
  const y = 655 + wave(now, pupil.nods + 3, pupil.phase) * 1.4;
  if (pupil.hair === 'bob') drawRaisedArm(context, x + 56, during(now, 27.6, 29.8, 0.5));
  drawShoulders(context, x, y);
  context.fillStyle = '#eec3a0';
  context.fillRect(x - 13, y + 22, 26, 30);
  ellipse(context, x - 43 + look * 5, y + 4, 7, 10);
  ellipse(context, x + 43 + look * 5, y + 4, 7, 10);
  context.fillStyle = pupil.color;
  if (pupil.hair === 'bob') {
    context.beginPath();
    context.roundRect(x - 47 + look * 3, y - 20, 94, 62, [30, 30, 18, 18]);
    context.fill();
  }
  ellipse(context, x + look * 6, y - 6, 45, 47);
  const shine = context.createRadialGradient(x - 10 + look * 10, y - 32, 2, x - 10 + look * 10, y - 26, 40);
  shine.addColorStop(0, 'rgba(255, 244, 225, 0.22)');
  shine.addColorStop(1, 'rgba(255, 244, 225, 0)');
  context.fillStyle = shine;
  ellipse(context, x + look * 6, y - 6, 45, 47);
  drawTails(context, pupil, x, y, look);
}

function drawShoulders(context, x, y) {
  context.fillStyle = '#f2f4f2';
  context.beginPath();
  context.moveTo(x - 92, 730);
  context.quadraticCurveTo(x - 88, y + 40, x - 26, y + 34);
  context.lineTo(x + 26, y + 34);
  context.quadraticCurveTo(x + 88, y + 40, x + 92, 730);
  context.fill();
  context.fillStyle = '#3573b1';
  context.beginPath();
  context.moveTo(x - 92, 730);
  context.quadraticCurveTo(x - 88, y + 40, x - 30, y + 35);
  context.lineTo(x - 56, 730);
  context.fill();
  context.beginPath();
  context.moveTo(x + 92, 730);
  context.quadraticCurveTo(x + 88, y + 40, x + 30, y + 35);
  context.lineTo(x + 56, 730);
  context.fill();
  context.fillStyle = '#d23b33';
  context.beginPath();
  context.moveTo(x - 28, y + 34);
  context.quadraticCurveTo(x, y + 52, x + 28, y + 34);
  context.lineTo(x, y + 66);
  context.fill();
}

function drawTails(context, pupil, x, y, look) {
  context.fillStyle = pupil.color;
  if (pupil.hair === 'tail') {
    context.fillStyle = '#4a3529';
    context.beginPath();
    context.ellipse(x - look * 8, y + 30, 14, 42, look * 0.12, 0, 2 * Math.PI);
    context.fill();
    context.fillStyle = '#e7657c';
    ellipse(context, x - look * 6, y - 6, 14, 7);
  }
  if (pupil.hair !== 'braids') return;
  for (const side of [-1, 1]) {
    context.fillStyle = pupil.color;
    for (let i = 0; i < 4; i++) ellipse(context, x + side * (42 - i) - look * 4, y + 20 + i * 13, 9 - i * 0.7, 9);
    context.fillStyle = '#f0c04a';
    ellipse(context, x + side * 39 - look * 4, y + 68, 7, 5);
  }
}

function drawRaisedArm(context, x, share) {
  if (share <= 0) return;
  const top = 730 - share * 168;
  context.lineCap = 'round';
  context.strokeStyle = '#3573b1';
  context.lineWidth = 30;
  context.beginPath();
  context.moveTo(x + 16, 740);
  context.lineTo(x + 12, top + 42);
  context.stroke();
  context.fillStyle = '#eec3a0';
  context.beginPath();
  context.roundRect(x + 1, top - 16, 23, 46, 10);
  context.roundRect(x - 7, top + 4, 14, 9, 5);
  context.fill();
  context.fillStyle = '#f2f4f2';
  context.beginPath();
  context.roundRect(x - 4, top + 26, 32, 9, 4);
  context.fill();
}

function ellipse(context, x, y, wide, high) {
  context.beginPath();
  context.ellipse(x, y, wide, high, 0, 0, 2 * Math.PI);
  context.fill();
}
