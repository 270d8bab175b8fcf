// Which key does what while a player is on the page. Pure.

export type PlayerAction = 'toggle-play' | 'toggle-mute' | 'louder' | 'softer' | 'full-screen' | 'picture-in-picture' | 'stats';

const actions: Record<string, PlayerAction> = {
  ' ': 'toggle-play',
  k: 'toggle-play',
  m: 'toggle-mute',
  ArrowUp: 'louder',
  ArrowDown: 'softer',
  f: 'full-screen',
  p: 'picture-in-picture',
  i: 'stats',
};

type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'defaultPrevented'> & { target: unknown };

/**
 * The action of a key press, or `undefined` when the key belongs to something else: with a modifier, while typing,
 * Space on a button or link, arrows outside the player (they scroll the page).
 */
export function keyAction(event: Pressed): PlayerAction | undefined {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const target = event.target as { closest?(selector: string): unknown } | null;
  const isWithin = (selector: string): boolean => Boolean(target?.closest?.(selector));
  if (isWithin('input:not([type="range"]), textarea, select, [contenteditable]')) return undefined;
  if (event.key === ' ' && isWithin('button, a, [role="button"], summary')) return undefined;
  if (event.key.startsWith('Arrow') && (!isWithin('[data-state]') || isWithin('input[type="range"]'))) return undefined;
  return action;
}
