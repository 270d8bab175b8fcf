// The screens of the administration. A room adds one line to its section: the address, the title and the entry in the side
// navigation follow from it. Within a section they stand in the order of the navigation.
import type { RouteRecordRaw } from 'vue-router';
import type { IconName } from '../ui/icons.ts';
import { captureScreens, overviewScreens, recordingScreens, systemScreens } from './capture-routes.ts';

export type Section = 'overview' | 'teaching' | 'capture' | 'recording' | 'people' | 'system';

export type Screen = {
  /** Below `/admin/`. */
  path: string;
  /** Key of its title in the messages. */
  title: string;
  /** Its sign in the navigation; without one it has no entry there and is opened from `parent`. */
  icon?: IconName;
  /** Path of the screen that leads here, for the breadcrumbs. */
  parent?: string;
  screen: NonNullable<RouteRecordRaw['component']>;
};

const overview: Screen[] = [...overviewScreens];

/** Schools, subjects, grades, teachers. */
const teaching: Screen[] = [
  { path: 'schools', title: 'admin.school.title', icon: 'school', screen: () => import('./school/SchoolsScreen.vue') },
  { path: 'subjects', title: 'admin.subject.title', icon: 'book', screen: () => import('./school/SubjectsScreen.vue') },
  { path: 'grades', title: 'admin.grade.title', icon: 'layers', screen: () => import('./school/GradesScreen.vue') },
  { path: 'teachers', title: 'admin.teacher.title', icon: 'person', screen: () => import('./school/TeachersScreen.vue') },
];

/** Gathers, channels, timetable. */
const capture: Screen[] = [...captureScreens, { path: 'timetable', title: 'admin.timetable.title', icon: 'calendar', screen: () => import('./timetable/TimetableScreen.vue') }];

/** Recordings, recycle bin. */
const recording: Screen[] = [...recordingScreens, { path: 'lessons', title: 'admin.lesson.title', icon: 'check', screen: () => import('./lessons/LessonsScreen.vue') }];

/** Users, API tokens, sign-in, audit log. */
const people: Screen[] = [
  { path: 'people', title: 'admin.people.title', icon: 'people', screen: () => import('./people/PeopleScreen.vue') },
  { path: 'sign-in', title: 'admin.signIn.title', icon: 'shield', screen: () => import('./sign-in/SignInScreen.vue') },
  { path: 'api-tokens', title: 'admin.tokens.title', icon: 'key', screen: () => import('./api-tokens/ApiTokensScreen.vue') },
  { path: 'audit', title: 'admin.audit.title', icon: 'log', screen: () => import('./audit/AuditScreen.vue') },
];

/** Site, components. */
const system: Screen[] = [...systemScreens, { path: 'site', title: 'admin.site.title', icon: 'settings', screen: () => import('./system/SiteScreen.vue') }];

/** All screens by section, in the order of the navigation. */
export const screens: Readonly<Record<Section, readonly Screen[]>> = { overview, teaching, capture, recording, people, system };

/** The sections that have something to show. */
export const sections = (Object.keys(screens) as Section[]).filter((section) => screens[section].length > 0);

/** What the router is given, as children of `/admin`. */
export function adminRoutes(): RouteRecordRaw[] {
  const all = sections.flatMap((section) => screens[section].map((screen) => ({ section, screen })));
  return [
    { path: '', redirect: `/admin/${all[0]?.screen.path ?? ''}` },
    ...all.map(({ section, screen }) => ({
      path: screen.path,
      component: screen.screen,
      props: true,
      meta: { title: screen.title, section, parent: placeOf(all.find((other) => other.screen.path === screen.parent)?.screen) },
    })),
  ];
}

function placeOf(screen: Screen | undefined): Pick<Screen, 'path' | 'title'> | undefined {
  return screen === undefined ? undefined : { path: screen.path, title: screen.title };
}
