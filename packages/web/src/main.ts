// Starts the pages: theme and language first, so that the first paint is right, then the app; who is signed in follows.
import './style/tokens.css';
import './style/base.css';
import { type App as VueApp, createApp, nextTick } from 'vue';
import { readSession } from './account/session.ts';
import App from './App.vue';
import { awaitFirstPaint, letPageIn } from './first-paint.ts';
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
  const app = createApp(App).use(i18n).use(router);
  // A page whose file does not come leaves the frame, with its ways elsewhere.
  await router.isReady().catch(() => {});
  await nextTask();
  await showPages(app);
}

/** The frame and the page in it are painted at once, but made one after the other: on a phone each takes long enough. */
async function showPages(app: VueApp): Promise<void> {
  const root = document.createElement('div');
  root.id = 'app';
  app.mount(root);
  await nextTask();
  document.getElementById('app')?.replaceWith(root);
  letPageIn();
  await nextTick();
  awaitFirstPaint();
}

/** Whatever waits meanwhile, a touch above all, comes first. */
function nextTask(): Promise<void> {
  return new Promise((resolve) => void setTimeout(resolve));
}

void start();
