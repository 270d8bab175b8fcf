// How pages fetch posters, so that what the site tells browsers to fetch ahead is what the page then shows. Pure.

/** How wide pictures are shown, as `sizes` of an image says it. */
export const pictureSizes = {
  banner: '(min-width: 1080px) 50vw, 100vw',
  card: '(min-width: 1080px) 19rem, (min-width: 720px) 33vw, 50vw',
  small: '9.5rem',
} as const;

/** The `srcset` of a poster's WebPs; `undefined` where there are none. */
export function posterSrcset(url: string, widths: readonly number[] = []): string | undefined {
  return widths.length === 0 ? undefined : widths.map((width) => `${url}?width=${width} ${width}w`).join(', ');
}
