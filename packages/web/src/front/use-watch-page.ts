// A recording with what is related, read once for a page.
import { routes } from '@lubo/contract';
import type { WatchPage } from '@lubo/contract';
import { shallowRef } from 'vue';
import { useI18n } from 'vue-i18n';
import { call } from '../api.ts';
import { setTitle } from '../title.ts';
import { titleOf } from './recording-words.ts';

/** `read` reads, and sets the window's title. */
export function useWatchPage(id: string) {
  const { t } = useI18n();
  const page = shallowRef<WatchPage>();
  const error = shallowRef<unknown>();

  async function read(): Promise<void> {
    try {
      page.value = await call(routes.getWatchPage, { params: { id } });
      error.value = undefined;
      setTitle(titleOf(page.value.recording) || t('recording.untitled'));
    } catch (caught) {
      error.value = caught;
    }
  }

  return { page, error, read };
}
