// People: everyone who ever signed in or was given an account, as administrators see and change them.
import { z } from 'zod';
import { Password, Role } from './auth.ts';
import { listQuery } from './list.ts';
import { route } from './route.ts';
import { Id, IdParams, Moment, Name, pageOf } from './shape.ts';

/** A way in that a person has: a local account, WeChat, or an OpenID provider of the site. */
export const PersonWay = z.object({
  kind: z.enum(['password', 'wechat', 'oidc']),
  /** What people call it: the sign-in name of a local account, the provider's label. */
  label: z.string(),
});
export type PersonWay = z.infer<typeof PersonWay>;

export const PersonRow = z.object({
  id: Id,
  name: Name,
  role: Role,
  pictureUrl: z.string().optional(),
  /** As the provider told it; empty when it told nothing. */
  region: z.string(),
  ways: z.array(PersonWay),
  isBlocked: z.boolean(),
  /** Null for an account that nobody has used yet. */
  firstSignInAt: Moment.nullable(),
  lastSignInAt: Moment.nullable(),
});
export type PersonRow = z.infer<typeof PersonRow>;

export const NewPerson = z.object({
  name: Name,
  /** What is typed to sign in; the name when left out. */
  signInName: Name.optional(),
  password: Password,
  role: Role.default('viewer'),
});
export const PersonEdit = z.object({ name: Name, role: Role, isBlocked: z.boolean() }).partial();

export const peopleRoutes = {
  listPeople: route({
    method: 'GET',
    path: '/api/people',
    access: 'admin',
    scope: 'people',
    summary: 'Everyone who ever signed in or has an account.',
    query: listQuery(['name', 'role', 'firstSignInAt', 'lastSignInAt'], '-lastSignInAt').extend({
      role: Role.optional(),
      way: z.enum(['password', 'wechat', 'oidc']).optional(),
      isBlocked: z.stringbool().optional(),
    }),
    response: pageOf(PersonRow),
  }),
  getPerson: route({
    method: 'GET',
    path: '/api/people/:id',
    access: 'admin',
    scope: 'people',
    summary: 'One person.',
    params: IdParams,
    response: PersonRow,
  }),
  createPerson: route({
    method: 'POST',
    path: '/api/people',
    access: 'admin',
    scope: 'people',
    summary: 'Makes a person with a local account.',
    body: NewPerson,
    response: PersonRow,
    status: 201,
  }),
  editPerson: route({
    method: 'PATCH',
    path: '/api/people/:id',
    access: 'admin',
    scope: 'people',
    summary: 'Renames, changes the role, blocks or unblocks; fields left out stay. The last administrator stays one.',
    params: IdParams,
    body: PersonEdit,
    response: PersonRow,
  }),
  resetPassword: route({
    method: 'PUT',
    path: '/api/people/:id/password',
    access: 'admin',
    scope: 'people',
    summary: 'Gives a new password, and a local account where there is none; the person is signed out everywhere.',
    params: IdParams,
    body: z.object({ password: Password, signInName: Name.optional() }),
    response: PersonRow,
  }),
  signPersonOut: route({
    method: 'DELETE',
    path: '/api/people/:id/sessions',
    access: 'admin',
    scope: 'people',
    summary: 'Signs a person out everywhere.',
    params: IdParams,
  }),
  deletePerson: route({
    method: 'DELETE',
    path: '/api/people/:id',
    access: 'admin',
    scope: 'people',
    summary: 'Removes a person with all ways in; the last administrator stays.',
    params: IdParams,
  }),
};
