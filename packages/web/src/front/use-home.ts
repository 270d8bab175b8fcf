// The home page's content: what came with the page at first, anew when the page is opened again and by pulling.
import { routes } from '@lubo/contract';
import type { Home } from '@lubo/contract';
import { onMounted, readonly, ref, shallowRef } from 'vue';
import { atHand, call } from '../api.ts';
import { takeSubjects } from './subjects.ts';

/** What the last page showed: a way back keeps its place. */
let lastHome: Home | undefined;

/** Lives as long as the component. */
export function useHome() {
  const came = atHand(routes.getHome);
  if (came !== undefined) keep(came);
  const home = shallowRef<Home | undefined>(lastHome);
  const error = shallowRef<unknown>();
  const isReading = ref(false);

  async function read(): Promise<void> {
    isReading.value = true;
    try {
      const told = await call(routes.getHome);
      keep(told);
      home.value = told;
      error.value = undefined;
    } catch (caught) {
      error.value = caught;
    } finally {
      isReading.value = false;
    }
  }

  onMounted(() => came === undefined && void read());
  return { home, error, isReading: readonly(isReading), read };
}

function keep(home: Home): void {
  lastHome = home;
  takeSubjects(home.subjects);
}
