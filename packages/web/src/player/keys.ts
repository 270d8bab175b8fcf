// Which key does what while a player is on the page. Pure.

/** What the control bar has buttons for. */
export type ControlAction = 'toggle-play' | 'toggle-mute' | 'full-screen' | 'picture-in-picture';
type CommonAction = ControlAction | 'louder' | 'softer';
export type PlayerAction = CommonAction | 'stats';
/** Of a recording: `back` and `ahead` by ten seconds, the steps by five. */
export type RecordingAction = CommonAction | 'back' | 'ahead' | 'step-back' | 'step-ahead';

const common: Record<string, CommonAction> = {
  ' ': 'toggle-play',
  k: 'toggle-play',
  m: 'toggle-mute',
  ArrowUp: 'louder',
  ArrowDown: 'softer',
  f: 'full-screen',
  p: 'picture-in-picture',
};
const liveActions: Record<string, PlayerAction> = { ...common, i: 'stats' };
const recordingActions: Record<string, RecordingAction> = { ...common, j: 'back', l: 'ahead', ArrowLeft: 'step-back', ArrowRight: 'step-ahead' };

type Pressed = Pick<KeyboardEvent, 'key' | 'altKey' | 'ctrlKey' | 'metaKey' | 'shiftKey' | 'defaultPrevented'> & { target: unknown };

/**
 * The action of a key press, or `undefined` when the key belongs to something else: with a modifier, while typing,
 * Space on a button or link, arrows outside the player (they scroll the page).
 */
export function keyAction(event: Pressed): PlayerAction | undefined {
  return actionOf(event, liveActions);
}

/** The same for the player of a recording. Left and right seek wherever nothing else takes them: pages do not scroll sideways. */
export function recordingKeyAction(event: Pressed): RecordingAction | undefined {
  return actionOf(event, recordingActions);
}

function actionOf<Action extends string>(event: Pressed, actions: Record<string, Action>): Action | undefined {
  if (event.defaultPrevented || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return undefined;
  const action = actions[event.key.length === 1 ? event.key.toLowerCase() : event.key];
  const target = event.target as { closest?(selector: string): unknown } | null;
  const isWithin = (selector: string): boolean => Boolean(target?.closest?.(selector));
  if (isWithin('input:not([type="range"]), textarea, select, [contenteditable]')) return undefined;
  if (event.key === ' ' && isWithin('button, a, [role="button"], summary')) return undefined;
  if (event.key.startsWith('Arrow') && isWithin('input[type="range"]')) return undefined;
  if (/^Arrow(?:Up|Down)$/.test(event.key) && !isWithin('[data-state]')) return undefined;
  return action;
}
