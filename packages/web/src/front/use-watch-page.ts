// A recording with what is related, read once for a page.
import { routes } from '@lubo/contract';
import type { WatchPage } from '@lubo/contract';
import { shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { atHand, call } from '../api.ts';
import { setTitle } from '../title.ts';
import { titleOf } from './recording-words.ts';

/** `begin` reads what is not at hand, `read` reads anew; both set the window's title. */
export function useWatchPage(id: string) {
  const { t } = useI18n();
  const page = shallowRef<WatchPage | undefined>(atHand(routes.getWatchPage, { params: { id } }));
  const error = shallowRef<unknown>();

  function take(told: WatchPage): void {
    page.value = told;
    error.value = undefined;
    setTitle(titleOf(told.recording) || t('recording.untitled'));
  }

  async function read(): Promise<void> {
    try {
      take(await call(routes.getWatchPage, { params: { id } }));
    } catch (caught) {
      error.value = caught;
    }
  }

  function begin(): void {
    if (page.value === undefined) void read();
    else take(page.value);
  }

  return { page, error, read, begin };
}
