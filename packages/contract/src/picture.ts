// How pages fetch posters and snapshots, so that what the site tells browsers to fetch ahead is what the page then shows. Pure.

/**
 * How wide pictures are shown, as `sizes` of an image says it. On phones some pixels less than it is: browsers round up, and
 * many a phone would fetch the next width for a hundredth more.
 */
export const pictureSizes = {
  banner: '(min-width: 1080px) 50vw, (min-width: 720px) 100vw, calc(100vw - 3rem)',
  card: '(min-width: 1080px) 19rem, (min-width: 720px) 33vw, calc(50vw - 1.75rem)',
  /** Of a list whose columns are as many as fit. */
  liveCard: '(min-width: 576px) 20rem, (min-width: 480px) 100vw, calc(50vw - 1.75rem)',
  small: '9.5rem',
  player: '(min-width: 1080px) 66vw, (min-width: 720px) 100vw, calc(100vw - 3rem)',
} as const;

/** The `srcset` of a picture's WebPs; `undefined` where there are none. */
export function pictureSrcset(url: string, widths: readonly number[] = []): string | undefined {
  const query = `${url}${url.includes('?') ? '&' : '?'}width=`;
  return widths.length === 0 ? undefined : widths.map((width) => `${query}${width} ${width}w`).join(', ');
}
