// One's own account: name, password, linked ways in, where one is signed in. Only people have one, API tokens do not.
import { z } from 'zod';
import { Password, Person } from './auth.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name } from './shape.ts';

/** A sign-in service that is linked to an account. */
export const LinkedWay = z.object({
  id: Id,
  kind: z.enum(['wechat', 'oidc']),
  /** The provider's label. */
  label: z.string(),
  /** The name that the person has there. */
  name: z.string(),
  linkedAt: Moment,
});
export type LinkedWay = z.infer<typeof LinkedWay>;

/** A browser that is signed in. */
export const OwnSession = z.object({
  createdAt: Moment,
  expiresAt: Moment,
  ip: z.string(),
  /** As the browser calls itself. */
  userAgent: z.string(),
  isCurrent: z.boolean(),
});
export type OwnSession = z.infer<typeof OwnSession>;

export const Account = z.object({
  person: Person,
  /** Null without a local account. */
  signInName: z.string().nullable(),
  ways: z.array(LinkedWay),
  sessions: z.array(OwnSession),
});
export type Account = z.infer<typeof Account>;

const own = { access: 'viewer', scope: 'none' } as const;

export const accountRoutes = {
  getAccount: route({ method: 'GET', path: '/api/account', ...own, summary: 'One\'s own account.', response: Account }),
  editAccount: route({
    method: 'PATCH',
    path: '/api/account',
    ...own,
    summary: 'Changes one\'s own name.',
    body: z.object({ name: Name }),
    response: Account,
  }),
  changePassword: route({
    method: 'PUT',
    path: '/api/account/password',
    ...own,
    summary: 'Changes one\'s own password, or makes a local account; all other browsers are signed out.',
    body: z.object({
      /** The password until now; left out by those who have none. */
      current: z.string().min(1).max(128).optional(),
      password: Password,
      /** Needed by those who have no local account yet. */
      signInName: Name.optional(),
    }),
    response: Account,
  }),
  unlinkWay: route({
    method: 'DELETE',
    path: '/api/account/ways/:id',
    ...own,
    summary: 'Takes a linked way in off one\'s account; the last one stays.',
    params: IdParams,
  }),
  signOutEverywhere: route({
    method: 'DELETE',
    path: '/api/account/sessions',
    ...own,
    summary: 'Signs out everywhere, here too.',
  }),
};
