// The teacher: walks along the board, writes with her hand where the chalk is, turns to the class and talks.
import { tipAt } from './board.js';
import { sliding, writing } from './lesson.js';
import { clamp, during, ease, mix, wave } from './time.js';

const homeX = 985;
const shoulderY = 300;
const arm = { upper: 86, lower: 92 };

/** The teacher at one moment. */
export function drawTeacher(context, now) {
  const pose = poseAt(now);
  drawShadow(context, pose);
  drawLegs(context, pose);
  if (pose.turn < -0.3) drawArm(context, pose.x + 34, pose.rest, false);
  drawBody(context, pose);
  if (pose.turn >= -0.3) drawArm(context, pose.x + 34, pose.rest, false);
  drawHead(context, pose);
  drawArm(context, pose.x - 34, pose.reach, true);
  if (pose.hasChalk) drawChalk(context, pose);
}

/** Where the teacher stands, in pixels; pupils look there. */
export function teacherX(now) {
  let sum = 0;
  for (let i = -12; i <= 12; i++) sum += wantedX(now + i * 0.035);
  return sum / 25;
}

function wantedX(now) {
  const start = besideTip(writing.from);
  if (now < writing.from) return mix(homeX, start, ease(now, 1.3, writing.from));
  if (now < 7.4) return besideTip(now);
  if (now < 9.1) return mix(besideTip(7.4), besideTip(9.1), ease(now, 7.4, 9.1));
  if (now < writing.to) return besideTip(now);
  return mix(besideTip(writing.to), homeX, ease(now, writing.to, writing.to + 1.5));
}

/** Far enough from the chalk for an arm that is nearly straight. */
function besideTip(now) {
  const tip = tipAt(now);
  const down = Math.min(150, Math.abs(shoulderY - tip.y));
  return Math.min(homeX, tip.x + 34 + Math.sqrt(158 * 158 - down * down));
}

function poseAt(now) {
  const x = teacherX(now);
  const speed = (teacherX(now + 0.04) - teacherX(now - 0.04)) / 0.08;
  const writes = during(now, writing.from - 0.5, writing.to + 0.3, 0.5);
  const points = during(now, 27.4, 29.9, 0.5);
  const pushes = during(now, sliding.from - 0.5, sliding.from + 0.9, 0.4);
  const faces = clamp(1 - ease(now, 1.3, 1.8) + ease(now, 26.6, 27.2));
  const speech = faces * Math.max(0, 1 - pushes) * speechAt(now);
  const bob = wave(now, 9) * 1.2 + Math.abs(Math.sin(x / 22)) * clamp(Math.abs(speed) / 200) * -3;
  const talkHand = { x: x - 54 - faces * (14 + wave(now, 13) * 12), y: 448 - faces * (32 + wave(now, 9) * 22 + wave(now, 17) * 10) };
  const tip = tipAt(now);
  const pushHand = { x: mix(878, 822, ease(now, sliding.from - 0.1, sliding.from + 0.5)), y: 322 };
  const reach = blend([
    [talkHand, Math.max(0, 1 - writes - points - pushes)],
    [tip, writes],
    [{ x: x - 178, y: 282 + wave(now, 21) * 7 }, points],
    [pushHand, pushes],
  ]);
  const atHome = clamp(1 - (homeX - x) / 60);
  const swing = Math.sin(x / 36) * clamp(Math.abs(speed) / 160) * 22;
  const rest = blend([
    [{ x: x + 78, y: 456 }, atHome],
    [{ x: x + 46 + swing, y: 456 }, 1 - atHome],
  ]);
  const turn = clamp(-writes - pushes * 0.6 - points * 0.35 - clamp(-speed / 150) + clamp(speed / 150) * (1 - writes) + wave(now, 6) * 0.16 * faces, -1, 1);
  return { x, speed, bob, reach, rest, turn, speech, blink: blinkAt(now), nod: wave(now, 11) * 2 * faces, hasChalk: writes > 0.25 };
}

function blend(weighted) {
  const sum = weighted.reduce((total, [, weight]) => total + weight, 0);
  const of = (axis) => weighted.reduce((total, [point, weight]) => total + point[axis] * weight, 0) / sum;
  return { x: of('x'), y: of('y') };
}

/** 0…1, syllables of four a second with pauses between phrases. */
function speechAt(now) {
  const phrase = clamp(wave(now, 12, 0.2) * 3 + 1.6);
  return phrase * (0.35 + 0.65 * Math.abs(wave(now, 64) * 0.7 + wave(now, 45, 0.3) * 0.3));
}

function blinkAt(now) {
  return [0.9, 4, 7.2, 10.4, 13.1, 16.6, 19.9, 23.5, 27.3, 28.9, 31.2].some((at) => now >= at && now < at + 0.13);
}

function drawShadow(context, { x }) {
  context.fillStyle = 'rgba(60, 38, 18, 0.25)';
  context.beginPath();
  context.ellipse(x, 656, 58, 9, 0, 0, 2 * Math.PI);
  context.fill();
}

function drawLegs(context, { x, speed, turn }) {
  const pace = clamp(Math.abs(speed) / 160);
  for (const side of [-1, 1]) {
    const swing = Math.sin(x / 36 + (side > 0 ? Math.PI : 0)) * 22 * pace;
    const lift = Math.max(0, Math.cos(x / 36 + (side > 0 ? Math.PI : 0))) * 9 * pace;
    const foot = { x: x + side * 13 + swing, y: 648 - lift };
    context.strokeStyle = '#e9bd9c';
    context.lineWidth = 15;
    context.lineCap = 'butt';
    context.beginPath();
    context.moveTo(x + side * 13, 560);
    context.lineTo(foot.x, foot.y - 2);
    context.stroke();
    context.fillStyle = '#5b3a2e';
    context.beginPath();
    context.ellipse(foot.x + turn * 7, foot.y + 2, 15, 8, 0, 0, 2 * Math.PI);
    context.fill();
  }
}

function drawBody(context, { x, bob, turn, speed }) {
  const sway = clamp(speed / 200, -1, 1) * -7;
  const y = bob;
  context.fillStyle = '#37506b';
  context.beginPath();
  context.moveTo(x - 27, 428 + y);
  context.lineTo(x + 27, 428 + y);
  context.quadraticCurveTo(x + 40, 500, x + 47 + sway, 578);
  context.quadraticCurveTo(x + sway, 588, x - 47 + sway, 578);
  context.quadraticCurveTo(x - 40, 500, x - 27, 428 + y);
  context.fill();
  context.fillStyle = '#2e445c';
  context.beginPath();
  context.moveTo(x + 6, 440 + y);
  context.quadraticCurveTo(x + 24, 510, x + 27 + sway, 582);
  context.lineTo(x + 12 + sway, 584);
  context.fill();
  context.fillStyle = '#e2a13f';
  context.beginPath();
  context.moveTo(x - 16, 281 + y);
  context.quadraticCurveTo(x - 42, 284 + y, x - 46, 312 + y);
  context.lineTo(x - 32, 440 + y);
  context.quadraticCurveTo(x, 450 + y, x + 32, 440 + y);
  context.lineTo(x + 46, 312 + y);
  context.quadraticCurveTo(x + 42, 284 + y, x + 16, 281 + y);
  context.fill();
  if (turn < -0.75) return;
  const front = x + turn * 16;
  context.fillStyle = '#fbf6ea';
  context.beginPath();
  context.moveTo(front - 15, 280 + y);
  context.lineTo(front + 15, 280 + y);
  context.lineTo(front + 3, 350 + y);
  context.lineTo(front - 3, 350 + y);
  context.fill();
  context.fillStyle = '#b97c22';
  for (const down of [368, 392, 416]) context.fillRect(front - 2, down + y, 5, 5);
}

/** Two bones from the shoulder to the hand. The elbow points outward; that of a raised arm on the board's side falls down. */
function drawArm(context, shoulderX, wanted, isOnBoardSide) {
  const dx = wanted.x - shoulderX;
  const dy = wanted.y - shoulderY - 4;
  const far = clamp(Math.hypot(dx, dy), 20, arm.upper + arm.lower - 2);
  const base = Math.atan2(dy, dx);
  // An arm that reaches less than it could points a little towards us, which shortens it.
  const seen = clamp(far / (0.93 * (arm.upper + arm.lower)), 0.72, 1);
  const upper = arm.upper * seen;
  const open = Math.acos(clamp((upper ** 2 + far ** 2 - (arm.lower * seen) ** 2) / (2 * upper * far), -1, 1));
  const raised = (base + 2 * Math.PI) % (2 * Math.PI);
  const bend = isOnBoardSide ? mix(-1, 1, ease(raised, 2, 2.65)) : 1;
  const along = upper * Math.cos(open);
  const aside = upper * Math.sin(open) * bend;
  const elbow = {
    x: shoulderX + along * Math.cos(base) + aside * Math.sin(base),
    y: shoulderY + 4 + along * Math.sin(base) - aside * Math.cos(base),
  };
  const hand = { x: shoulderX + far * Math.cos(base), y: shoulderY + 4 + far * Math.sin(base) };
  context.lineCap = 'round';
  context.lineJoin = 'round';
  context.strokeStyle = '#c98a2c';
  context.lineWidth = 25;
  const cuff = { x: mix(elbow.x, hand.x, 0.84), y: mix(elbow.y, hand.y, 0.84) };
  stroke(context, [{ x: shoulderX, y: shoulderY + 6 }, elbow, cuff]);
  context.strokeStyle = '#e2a13f';
  context.lineWidth = 21;
  stroke(context, [{ x: shoulderX, y: shoulderY + 6 }, elbow, cuff]);
  context.fillStyle = '#e2a13f';
  ellipse(context, shoulderX, shoulderY + 6, 15, 16);
  context.fillStyle = '#f1c9a8';
  context.beginPath();
  context.arc(hand.x, hand.y, 10.5, 0, 2 * Math.PI);
  context.fill();
}

function stroke(context, points) {
  context.beginPath();
  for (const point of points) context.lineTo(point.x, point.y);
  context.stroke();
}

function drawChalk(context, { reach }) {
  context.strokeStyle = '#fffdf4';
  context.lineWidth = 5;
  context.lineCap = 'round';
  stroke(context, [{ x: reach.x + 6, y: reach.y + 5 }, { x: reach.x - 3, y: reach.y - 2 }]);
}

function drawHead(context, pose) {
  const x = pose.x + pose.turn * 5;
  const y = 236 + pose.bob + pose.nod;
  const hair = '#33261f';
  context.fillStyle = '#e9bd9c';
  context.fillRect(pose.x - 10, y + 22, 20, 28);
  context.fillStyle = hair;
  ellipse(context, x - pose.turn * 26, y - 44 + Math.abs(pose.turn) * 18, 17, 15);
  ellipse(context, x - pose.turn * 5, y - 4, 38, 40);
  context.fillStyle = '#f6d3b4';
  ellipse(context, x + pose.turn * 9, y + 5, 29 - Math.abs(pose.turn) * 5, 33);
  ellipse(context, x + pose.turn * 31, y + 12, 4, 5);
  context.fillStyle = hair;
  context.beginPath();
  context.moveTo(x - 36, y + 2);
  context.bezierCurveTo(x - 36, y - 46, x + 36, y - 46, x + 36, y + 2);
  context.bezierCurveTo(x + 24 + pose.turn * 8, y - 18, x + 4 + pose.turn * 10, y - 22, x - 8 + pose.turn * 12, y - 24);
  context.bezierCurveTo(x - 22 + pose.turn * 8, y - 18, x - 30, y - 10, x - 36, y + 2);
  context.fill();
  drawFace(context, pose, x + pose.turn * 17, y);
}

function drawFace(context, { turn, blink, speech }, x, y) {
  const narrow = 1 - Math.abs(turn) * 0.42;
  const eyes = turn < -0.8 ? [-1] : [-1, 1];
  context.fillStyle = 'rgba(232, 130, 110, 0.35)';
  for (const side of eyes) ellipse(context, x + side * 17 * narrow, y + 16, 6 * narrow, 4);
  context.strokeStyle = '#2b2320';
  context.lineWidth = 2.6;
  context.lineCap = 'round';
  for (const side of eyes) {
    const eyeX = x + side * 12 * narrow;
    if (blink) stroke(context, [{ x: eyeX - 4, y: y + 6 }, { x: eyeX + 4, y: y + 6 }]);
    else {
      context.fillStyle = '#2b2320';
      ellipse(context, eyeX + turn, y + 5, 3.1, 4);
    }
    context.lineWidth = 1.8;
    context.strokeStyle = '#6b5a50';
    context.beginPath();
    context.ellipse(eyeX, y + 5, 9.5 * narrow, 9, 0, 0, 2 * Math.PI);
    context.stroke();
    context.strokeStyle = '#2b2320';
    context.lineWidth = 2.6;
  }
  if (eyes.length === 2) stroke(context, [{ x: x - 2, y: y + 3 }, { x: x + 2, y: y + 3 }]);
  context.fillStyle = '#b4483f';
  ellipse(context, x + turn * 2, y + 22, (7 - speech * 1.5) * narrow, 1.6 + speech * 5.4);
}

function ellipse(context, x, y, wide, high) {
  context.beginPath();
  context.ellipse(x, y, wide, high, 0, 0, 2 * Math.PI);
  context.fill();
}
