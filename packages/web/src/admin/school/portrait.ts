// Makes a portrait of a picture file: turned upright, no longer than `portraitPixels`, as JPEG in base64.
import { maxPortraitBytes, portraitPixels } from '@lubo/contract';

/** Larger files are no pictures that anybody means. */
export const maxFileBytes = 20_000_000;

/** Size of a picture that is no longer than `longest` and keeps its shape. */
export function fitInto(width: number, height: number, longest: number): { width: number; height: number } {
  const scale = Math.min(1, longest / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Base64 of the portrait; `undefined` for a file that the browser can't read as a picture. */
export async function portraitFrom(file: File): Promise<string | undefined> {
  if (file.size > maxFileBytes) return undefined;
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (picture === undefined) return undefined;
  const canvas = document.createElement('canvas');
  Object.assign(canvas, fitInto(picture.width, picture.height, portraitPixels));
  const context = canvas.getContext('2d');
  if (context === null) return undefined;
  // JPEG knows nothing transparent.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, canvas.width, canvas.height);
  context.drawImage(picture, 0, 0, canvas.width, canvas.height);
  picture.close();
  for (const quality of [0.88, 0.7, 0.5]) {
    const base64 = canvas.toDataURL('image/jpeg', quality).split(',')[1] ?? '';
    if (base64 !== '' && base64.length * 0.75 <= maxPortraitBytes) return base64;
  }
  return undefined;
}
