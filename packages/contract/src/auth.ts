// Sign-in, the first administrator, and who is asking.
import { z } from 'zod';
import { route } from './route.ts';
import { Id, Moment, Name } from './shape.ts';

export const Role = z.enum(['admin', 'viewer']);
export type Role = z.infer<typeof Role>;

/** Long enough to resist guessing; the upper bound keeps hashing cheap. */
export const Password = z.string().min(8).max(128);

export const Person = z.object({ id: Id, name: Name, role: Role, pictureUrl: z.string().optional() });
export type Person = z.infer<typeof Person>;

export const Session = z.object({ person: Person, expiresAt: Moment });
export type Session = z.infer<typeof Session>;

export const SignIn = z.object({ name: Name, password: z.string().min(1).max(128) });
export const SetUp = z.object({ code: z.string().min(1).max(64), name: Name, password: Password });

export const authRoutes = {
  getSetUp: route({
    method: 'GET',
    path: '/api/setup',
    access: 'public',
    summary: 'Tells whether the first administrator is still to be made.',
    response: z.object({ isNeeded: z.boolean() }),
  }),
  setUp: route({
    method: 'POST',
    path: '/api/setup',
    access: 'public',
    summary: 'Makes the first administrator with the one-time code of the set-up link, and signs in.',
    body: SetUp,
    response: Session,
    status: 201,
  }),
  signIn: route({
    method: 'POST',
    path: '/api/session',
    access: 'public',
    summary: 'Signs in with a local account; the session is in a cookie and lasts 24 hours.',
    body: SignIn,
    response: Session,
    status: 201,
  }),
  getSession: route({
    method: 'GET',
    path: '/api/session',
    access: 'public',
    summary: 'Tells who is signed in, or null.',
    response: z.object({ session: Session.nullable() }),
  }),
  signOut: route({
    method: 'DELETE',
    path: '/api/session',
    access: 'public',
    summary: 'Ends the session at once; without a session it does nothing.',
  }),
};
