// The addresses of the pages. Home and the lists are there from the start: they are little beside the parts that they share. Those with a
// player, and each of the administration, come when they are opened.
import { nextTick, watch } from 'vue';
import { createRouter, createWebHistory } from 'vue-router';
import { session, whenSessionIsKnown } from './account/session.ts';
import { detour } from './admin/guard.ts';
import HomePage from './front/HomePage.vue';
import LiveListPage from './front/LiveListPage.vue';
import MePage from './front/MePage.vue';
import NotFoundPage from './front/NotFoundPage.vue';
import SearchPage from './front/SearchPage.vue';
import SubjectPage from './front/SubjectPage.vue';
import SubjectsPage from './front/SubjectsPage.vue';
import { setPlayerPages } from './front/prefetch.ts';
import { i18n, loadAdminWords } from './i18n/i18n.ts';
import { setTitle } from './title.ts';

/** The administration's place in the table until its many addresses are known: viewers do without them. */
const adminToCome = 'admin-to-come';

const playerPages = () => import('./front/player-pages.ts');
setPlayerPages(playerPages);

export const router = createRouter({
  history: createWebHistory(),
  routes: [
    { path: '/', component: HomePage, meta: { title: 'home.title', isFront: true } },
    { path: '/live', component: LiveListPage, meta: { title: 'live.title', isFront: true } },
    { path: '/live/:id', component: async () => (await playerPages()).WatchPage, props: true, meta: { isFront: true } },
    { path: '/subjects', component: SubjectsPage, meta: { title: 'nav.subjects', isFront: true } },
    { path: '/subjects/:id', component: SubjectPage, props: true, meta: { isFront: true } },
    { path: '/recordings/:id', component: async () => (await playerPages()).RecordingPage, props: true, meta: { isFront: true } },
    { path: '/search', component: SearchPage, meta: { title: 'search.title', isFront: true } },
    { path: '/wall', component: async () => (await playerPages()).WallPage, meta: { title: 'wall.title' } },
    { path: '/me', component: MePage, meta: { title: 'nav.me', isFront: true } },
    { path: '/embed/recordings/:id', component: async () => (await playerPages()).EmbedRecordingPage, props: true, meta: { isBare: true } },
    { path: '/embed/live/:id', component: async () => (await playerPages()).EmbedPage, props: true, meta: { isBare: true } },
    { path: '/sign-in', component: () => import('./account/SignInPage.vue'), meta: { title: 'account.signInTitle', isAccount: true } },
    { path: '/sign-in/return', component: () => import('./account/SignInReturnPage.vue'), meta: { title: 'account.signInTitle', isAccount: true } },
    { path: '/sign-in/phone', component: () => import('./account/PhoneSignInPage.vue'), meta: { title: 'signIn.confirmTitle', isAccount: true } },
    { path: '/account', component: () => import('./account/AccountPage.vue'), meta: { title: 'own.title', isAccount: true } },
    { path: '/setup', component: () => import('./account/SetUpPage.vue'), meta: { title: 'account.setUpTitle', isAccount: true } },
    { path: '/admin/:rest(.*)*', name: adminToCome, component: () => import('./admin/AdminShell.vue'), meta: { isAdmin: true } },
    { path: '/:rest(.*)*', component: NotFoundPage, meta: { title: 'missing.title' } },
  ],
  // The first page is at its top already: going there would only have it laid out before it is whole.
  scrollBehavior: (to, from, saved) => saved ?? (to.path === from.path || from.matched.length === 0 ? false : { top: 0 }),
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
  if (to.name !== adminToCome) return true;
  await addAdminRoutes();
  return to.fullPath;
});

async function addAdminRoutes(): Promise<void> {
  const { adminRoutes } = await import('./admin/routes.ts');
  // Two may have asked at once.
  if (!router.hasRoute(adminToCome)) return;
  router.removeRoute(adminToCome);
  router.addRoute({ path: '/admin', component: () => import('./admin/AdminShell.vue'), meta: { isAdmin: true }, children: adminRoutes() });
}

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
