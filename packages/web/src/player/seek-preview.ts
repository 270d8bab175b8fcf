// Which small picture of a sheet shows the video at a moment, and how times are written. Pure.
import type { Thumbnails } from '@lubo/contract';

/** Place of a tile in its sheet, in pixels of the sheet. */
export type Tile = { x: number; y: number; width: number; height: number };

/** The tile of the newest picture at `seconds`, the first one before that. */
export function tileAt({ tileWidth, tileHeight, columns, millis }: Thumbnails, seconds: number): Tile {
  const wanted = seconds * 1000;
  let low = 0;
  let high = millis.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((millis[middle] ?? 0) <= wanted) low = middle;
    else high = middle - 1;
  }
  return { x: (low % columns) * tileWidth, y: Math.floor(low / columns) * tileHeight, width: tileWidth, height: tileHeight };
}

/** `4:05`, and with hours `1:04:05`. */
export function clockText(seconds: number): string {
  const whole = Number.isFinite(seconds) && seconds > 0 ? Math.floor(seconds) : 0;
  const [hours, minutes, rest] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60];
  return hours > 0 ? `${hours}:${twoDigits(minutes)}:${twoDigits(rest)}` : `${minutes}:${twoDigits(rest)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
