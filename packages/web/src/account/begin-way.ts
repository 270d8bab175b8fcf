// Goes to a sign-in service; the browser comes back to /sign-in/return.
import { routes } from '@lubo/contract';
import { call } from '../api.ts';

/** Leaves the page for the service; rejects with `ApiProblem`. With `isLink` the service is added to the own account. */
export async function beginWay(way: string, next: string, isLink = false): Promise<void> {
  const { url } = await call(routes.beginSignIn, { body: { way, next, isLink } });
  location.assign(url);
}
