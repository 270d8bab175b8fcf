// Light or dark: the system's choice until the viewer makes one, which is remembered.
import { readonly, ref } from 'vue';
import { readSetting, writeSetting } from './settings.ts';

export type Theme = 'light' | 'dark';

const system = matchMedia('(prefers-color-scheme: dark)');
const current = ref<Theme>('light');

/** The theme now shown. */
export const theme = readonly(current);

/** Applies the remembered or the system's theme and follows the system while nothing was chosen. */
export function startTheme(): void {
  const show = (): void => {
    const chosen = readSetting('theme');
    apply(chosen === 'light' || chosen === 'dark' ? chosen : system.matches ? 'dark' : 'light');
  };
  system.addEventListener('change', show);
  show();
}

/** Switches between light and dark and remembers it. */
export function switchTheme(): void {
  const next = current.value === 'dark' ? 'light' : 'dark';
  writeSetting('theme', next);
  apply(next);
}

function apply(next: Theme): void {
  current.value = next;
  document.documentElement.dataset['theme'] = next;
}
