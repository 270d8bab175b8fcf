// The window's title: the page's own words, then the site's name.
import { shallowRef, watchEffect } from 'vue';
import { siteName } from './site.ts';

const words = shallowRef<string | undefined>();

/** Sets the page's own words; without any the site's name stands alone. */
export function setTitle(next: string | undefined): void {
  words.value = next;
}

/** Keeps `document.title` true from now on. */
export function startTitle(): void {
  watchEffect(() => {
    document.title = words.value ? `${words.value} - ${siteName.value}` : siteName.value;
  });
}
