// What never moves: walls, floor, window light, the words over the board, the lectern and the plant.
import { chance } from './time.js';

const width = 1280;
const height = 720;
let still;

/** The empty room, painted once. */
export function drawRoom(context) {
  still ??= paintRoom();
  context.drawImage(still, 0, 0);
}

function paintRoom() {
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  paintWalls(context);
  paintFloor(context);
  paintSlogan(context);
  paintCurtain(context);
  paintLight(context);
  return canvas;
}

function paintWalls(context) {
  const wall = context.createLinearGradient(0, 0, width, 500);
  wall.addColorStop(0, '#fbf5e6');
  wall.addColorStop(0.55, '#f3ead6');
  wall.addColorStop(1, '#e6dac1');
  context.fillStyle = wall;
  context.fillRect(0, 0, width, 600);
  const lower = context.createLinearGradient(0, 500, 0, 600);
  lower.addColorStop(0, '#a9cdb9');
  lower.addColorStop(1, '#8fb8a3');
  context.fillStyle = lower;
  context.fillRect(0, 500, width, 100);
  context.fillStyle = '#7ba68f';
  context.fillRect(0, 497, width, 5);
  context.fillStyle = '#7d5f42';
  context.fillRect(0, 588, width, 12);
}

function paintFloor(context) {
  const floor = context.createLinearGradient(0, 600, 0, height);
  floor.addColorStop(0, '#b98c5d');
  floor.addColorStop(1, '#d0a674');
  context.fillStyle = floor;
  context.fillRect(0, 600, width, 120);
  context.strokeStyle = 'rgba(96, 62, 30, 0.28)';
  context.lineWidth = 2;
  for (let x = -1200; x <= 2500; x += 130) {
    context.beginPath();
    context.moveTo(640 + (x - 640) * 0.72, 600);
    context.lineTo(x, height);
    context.stroke();
  }
}

function paintSlogan(context) {
  context.font = '600 30px "Noto Serif CJK SC"';
  context.textAlign = 'center';
  context.fillStyle = '#b8392f';
  for (const [from, words] of [[196, '好好学习'], [550, '天天向上']]) {
    for (let i = 0; i < words.length; i++) context.fillText(words[i], from + i * 62, 58);
  }
  context.beginPath();
  for (let i = 0; i < 10; i++) {
    const reach = i % 2 === 0 ? 15 : 6;
    context.lineTo(466 + reach * Math.sin((i * Math.PI) / 5), 48 - reach * Math.cos((i * Math.PI) / 5));
  }
  context.fill();
  context.textAlign = 'left';
}

function paintCurtain(context) {
  const pane = context.createLinearGradient(0, 0, 40, 0);
  pane.addColorStop(0, '#dff1fb');
  pane.addColorStop(1, '#fffdf2');
  context.fillStyle = pane;
  context.fillRect(0, 0, 16, 470);
  for (let i = 0; i < 3; i++) {
    const fold = context.createLinearGradient(4 + i * 11, 0, 17 + i * 11, 0);
    fold.addColorStop(0, '#8db6c9');
    fold.addColorStop(0.5, '#b9d6e2');
    fold.addColorStop(1, '#86afc3');
    context.fillStyle = fold;
    context.beginPath();
    context.roundRect(4 + i * 11, -8, 13, 508, 5);
    context.fill();
  }
}

/** Two panes of morning sun across the wall, soft at the edges. */
function paintLight(context) {
  context.save();
  context.filter = 'blur(14px)';
  context.globalCompositeOperation = 'soft-light';
  context.fillStyle = 'rgba(255, 244, 196, 0.75)';
  for (const from of [890, 1090]) {
    context.beginPath();
    context.moveTo(from, -20);
    context.lineTo(from + 150, -20);
    context.lineTo(from + 330, 620);
    context.lineTo(from + 180, 620);
    context.fill();
  }
  context.restore();
}

/** Lectern with book and mug, and the plant: they stand before the teacher. */
export function drawFurniture(context) {
  paintPlant(context);
  context.fillStyle = 'rgba(60, 38, 18, 0.25)';
  context.beginPath();
  context.ellipse(1140, 668, 96, 12, 0, 0, 2 * Math.PI);
  context.fill();
  const wood = context.createLinearGradient(1060, 0, 1220, 0);
  wood.addColorStop(0, '#9b6a3d');
  wood.addColorStop(0.5, '#b78350');
  wood.addColorStop(1, '#8a5c33');
  context.fillStyle = wood;
  context.fillRect(1072, 478, 136, 190);
  context.fillStyle = 'rgba(70, 42, 18, 0.35)';
  context.fillRect(1072, 478, 136, 10);
  context.strokeStyle = 'rgba(70, 42, 18, 0.4)';
  context.lineWidth = 2;
  context.strokeRect(1090, 508, 100, 136);
  context.fillStyle = '#c99560';
  context.beginPath();
  context.roundRect(1056, 462, 168, 18, 4);
  context.fill();
  paintBookAndMug(context);
}

function paintBookAndMug(context) {
  context.fillStyle = '#3f6f9f';
  context.fillRect(1098, 452, 66, 10);
  context.fillStyle = '#f5efe0';
  context.fillRect(1102, 448, 60, 5);
  context.fillStyle = '#d05b4a';
  context.beginPath();
  context.roundRect(1182, 434, 22, 28, 4);
  context.fill();
  context.strokeStyle = '#d05b4a';
  context.lineWidth = 4;
  context.beginPath();
  context.arc(1206, 447, 7, -1.3, 1.3);
  context.stroke();
}

function paintPlant(context) {
  const next = chance(7);
  context.lineCap = 'round';
  for (let i = 0; i < 15; i++) {
    const lean = -1.15 + (2.3 * i) / 14;
    const reach = 78 + next() * 44;
    const tip = { x: 1246 + Math.sin(lean) * reach, y: 576 - Math.cos(lean) * reach };
    context.fillStyle = ['#4f8f5b', '#67a86c', '#3e7a4c'][i % 3];
    const bend = { x: 1246 + Math.sin(lean) * reach * 0.4, y: 576 - Math.cos(lean) * reach * 0.72 };
    context.beginPath();
    context.moveTo(1243, 578);
    context.quadraticCurveTo(bend.x - 10, bend.y, tip.x, tip.y);
    context.quadraticCurveTo(bend.x + 10, bend.y + 8, 1249, 578);
    context.fill();
  }
  context.fillStyle = '#c8703f';
  context.beginPath();
  context.moveTo(1214, 572);
  context.lineTo(1278, 572);
  context.lineTo(1268, 650);
  context.lineTo(1224, 650);
  context.fill();
  context.fillStyle = '#d9824f';
  context.fillRect(1210, 568, 72, 12);
}
