// Starts the pages: theme and language first, so that the first paint is right, then the app; who is signed in follows.
import { createApp } from 'vue';
import { readSession } from './account/session.ts';
import App from './App.vue';
import { i18n, startLanguage } from './i18n/i18n.ts';
import { router, startPageTitles } from './router.ts';
import { readSite } from './site.ts';
import { startTheme } from './theme.ts';
import { startTitle } from './title.ts';

async function start(): Promise<void> {
  startTheme();
  void readSite();
  void readSession();
  await startLanguage();
  startTitle();
  startPageTitles();
  createApp(App).use(i18n).use(router).mount('#app');
}

void start();
