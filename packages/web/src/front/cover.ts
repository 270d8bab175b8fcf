// The drawn cover of a channel that has no snapshot: which hue and which chalk drawing, from its id. Pure.

export type Cover = { hue: number; drawing: number };

/** Hues that sit well beside each other on light and dark ground. */
const hues = [168, 192, 214, 238, 262, 28, 44, 96, 140];

/** How many chalk drawings `ChannelCover.vue` knows. */
export const drawingCount = 6;

/** The same id gives the same cover for ever. */
export function coverOf(id: string): Cover {
  let hash = 2166136261;
  for (const letter of id) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 16777619);
  const mixed = (hash ^ (hash >>> 15)) >>> 0;
  return { hue: hues[mixed % hues.length] ?? 168, drawing: Math.floor(mixed / hues.length) % drawingCount };
}
