// The addresses of the pages. Each page is a chunk of its own but home, which most visits begin with.
import { nextTick, watch } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import { session, whenSessionIsKnown } from './account/session.ts';
import { detour } from './admin/guard.ts';
import { adminRoutes } from './admin/routes.ts';
import HomePage from './front/HomePage.vue';
import { i18n, loadAdminWords } from './i18n/i18n.ts';
import { setTitle } from './title.ts';

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: HomePage, meta: { title: 'home.title', isFront: true } },
    { path: '/live', component: () => import('./front/LiveListPage.vue'), meta: { title: 'live.title', isFront: true } },
    { path: '/live/:id', component: () => import('./front/WatchPage.vue'), props: true, meta: { isFront: true } },
    { path: '/subjects', component: () => import('./front/SubjectsPage.vue'), meta: { title: 'nav.subjects', isFront: true } },
    { path: '/subjects/:id', component: () => import('./front/SubjectPage.vue'), props: true, meta: { isFront: true } },
    { path: '/recordings/:id', component: () => import('./front/RecordingPage.vue'), props: true, meta: { isFront: true } },
    { path: '/search', component: () => import('./front/SearchPage.vue'), meta: { title: 'search.title', isFront: true } },
    { path: '/wall', component: () => import('./front/WallPage.vue'), meta: { title: 'wall.title' } },
    { path: '/me', component: () => import('./front/MePage.vue'), meta: { title: 'nav.me', isFront: true } },
    { path: '/embed/recordings/:id', component: () => import('./front/EmbedRecordingPage.vue'), props: true, meta: { isBare: true } },
    { path: '/embed/live/:id', component: () => import('./front/EmbedPage.vue'), props: true, meta: { isBare: true } },
    { path: '/sign-in', component: () => import('./account/SignInPage.vue'), meta: { title: 'account.signInTitle', isAccount: true } },
    { path: '/sign-in/return', component: () => import('./account/SignInReturnPage.vue'), meta: { title: 'account.signInTitle', isAccount: true } },
    { path: '/sign-in/phone', component: () => import('./account/PhoneSignInPage.vue'), meta: { title: 'signIn.confirmTitle', isAccount: true } },
    { path: '/account', component: () => import('./account/AccountPage.vue'), meta: { title: 'own.title', isAccount: true } },
    { path: '/setup', component: () => import('./account/SetUpPage.vue'), meta: { title: 'account.setUpTitle', isAccount: true } },
    { path: '/admin', component: () => import('./admin/AdminShell.vue'), meta: { isAdmin: true }, children: adminRoutes() },
    { path: '/:rest(.*)*', component: () => import('./front/NotFoundPage.vue'), meta: { title: 'missing.title' } },
  ],
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path ? false : { top: 0 }),
});

/** Keeps the window's title on the page's name, in the language in use. */
export function startPageTitles(): void {
  watch(
    [() => router.currentRoute.value.path, i18n.global.locale],
    () => {
      const key = router.currentRoute.value.meta['title'];
      if (typeof key === 'string') setTitle(i18n.global.t(key));
    },
    { immediate: true },
  );
}

router.beforeEach(async (to) => {
  if (!to.meta['isAdmin']) return true;
  await whenSessionIsKnown();
  const elsewhere = detour(session.person, to);
  if (elsewhere !== undefined) return elsewhere;
  await loadAdminWords();
  return true;
});

router.afterEach((to, from) => {
  // Keyboards and screen readers begin at the new page's content, not where the old link was.
  if (from.matched.length === 0 || to.path === from.path || to.meta['isAccount']) return;
  void nextTick(() => document.getElementById('content')?.focus({ preventScroll: true }));
});

router.onError((error: Error, to) => {
  // After an update of the site the chunks of an open page are gone: one fresh load finds the new ones.
  if (!/dynamically imported module|Importing a module script/i.test(error.message)) return;
  const key = `lubo.reloaded:${to.fullPath}`;
  if (sessionStorage.getItem(key) !== null) return;
  sessionStorage.setItem(key, '1');
  location.assign(to.fullPath);
});
