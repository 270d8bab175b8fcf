// How pictures are drawn, the same with both backends: FFmpeg's filters, JPEG quality, bounds.
import type { SheetWork } from '../messages.ts';

/** mjpeg's quantiser scales, best first; the next is taken when a picture is too large. */
export const qualities = [4, 8, 16, 31] as const;

/** libwebp's qualities of 100, best first: 75 looks like the JPEG at two thirds of its bytes. */
export const webpQualities = [75, 50, 25] as const;

/** How hard libwebp tries, 0 to 6. Its usual 4 takes two and a half times as long for a picture 3 % smaller. */
export const webpEffort = 2;

export const maxPictureBytes = 256 * 1024;
export const maxSheetBytes = 4 * 1024 * 1024;

/** JPEG is full range BT.601 whatever the video was. */
const asJpeg = 'flags=bicubic+accurate_rnd:out_color_matrix=bt601:out_range=pc,setsar=1,format=yuvj420p';

/** WebP is BT.601 in the limited range. */
const asWebp = 'flags=bicubic+accurate_rnd:out_color_matrix=bt601:out_range=tv,setsar=1,format=yuv420p';

/** At most `width` wide, never enlarged, with the aspect that is shown (pixels may not be square), even sizes. */
export function pictureFilter(width: number, type: 'jpeg' | 'webp' = 'jpeg'): string {
  return `scale=w='max(2,2*trunc(min(${width},iw*sar)/2))':h='max(2,2*trunc(ow/dar/2+0.5))':${type === 'jpeg' ? asJpeg : asWebp}`;
}

/** Tiles in a grid, row by row; the last row may stay black at its end. */
export function sheetFilter({ tileWidth, columns, frames }: SheetWork): string {
  const wide = Math.min(columns, frames.length);
  return `scale=w=${evenOf(tileWidth)}:h='max(2,2*trunc(ow/dar/2+0.5))':${asJpeg},tile=${wide}x${rowsOf(frames.length, columns)}`;
}

export const rowsOf = (count: number, columns: number): number => Math.ceil(count / columns);

const evenOf = (width: number): number => Math.max(2, 2 * Math.trunc(width / 2));

/** A sheet's figures from the picture that came out. */
export function sheetOf(work: SheetWork, picture: { jpeg: Uint8Array; width: number; height: number }) {
  const columns = Math.min(work.columns, work.frames.length);
  const tileHeight = picture.height / rowsOf(work.frames.length, work.columns);
  return { ...picture, tileWidth: picture.width / columns, tileHeight, columns, count: work.frames.length };
}
