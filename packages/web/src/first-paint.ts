// The first paint of a visit: what it needs is done before it, all else waits until it is on the screen.
import { readonly, ref } from 'vue';

const pageDue = ref(false);
let isDone = false;
let tellDone = (): void => {};
const done = new Promise<void>((resolve) => (tellDone = resolve));

/** Where no frame comes for so long it counts as painted, in ms. */
const patienceMs = 1_000;

/** Whether the page is still being made for the first time. */
export function isFirstPaint(): boolean {
  return !isDone;
}

/** Resolves when the first page is on the screen; at once afterwards. */
export function afterFirstPaint(): Promise<void> {
  return done;
}

/** Whether the page may be made; before, only the frame round it. */
export const isPageDue = readonly(pageDue);

/** To be called once the frame is made. */
export function letPageIn(): void {
  pageDue.value = true;
}

/** To be called once the first page is in the document. */
export function awaitFirstPaint(): void {
  // Out of sight there are no frames to wait for.
  if (document.hidden) return finish();
  const patience = setTimeout(finish, patienceMs);
  requestAnimationFrame(() => {
    clearTimeout(patience);
    // The frame is painted when its callbacks have run.
    setTimeout(finish);
  });
}

function finish(): void {
  isDone = true;
  tellDone();
}
