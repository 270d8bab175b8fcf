// HTTP of people, and of one's own account.
import { routes } from '@lubo/contract';
import type { Accounts } from '../auth/accounts.ts';
import { personOfCall } from '../auth/caller.ts';
import type { Sessions } from '../auth/sessions.ts';
import type { SignInLimit } from '../auth/sign-in-limit.ts';
import type { Db } from '../db/tables.ts';
import type { Serve } from '../http/serve.ts';
import type { OwnAccounts } from './account.ts';
import type { People } from './people.ts';

export type PeopleRoutesOptions = { db: Db; people: People; own: OwnAccounts; accounts: Accounts; sessions: Sessions; limit: SignInLimit };

/** Registers the room's operations. */
export function peopleRoutes(serve: Serve, { people, accounts, ...rest }: PeopleRoutesOptions): void {
  serve(routes.listPeople, ({ query }) => people.list(query));
  serve(routes.getPerson, ({ params }) => people.find(params.id));
  serve(routes.createPerson, async ({ body }) => people.find(await accounts.create(body)));
  serve(routes.editPerson, ({ params, body }) => people.edit(params.id, body));
  serve(routes.resetPassword, async ({ params, body }) => {
    await accounts.setPassword(params.id, body);
    return people.find(params.id);
  });
  serve(routes.signPersonOut, ({ params }) => people.signOut(params.id));
  serve(routes.deletePerson, ({ params }) => people.remove(params.id));
  ownRoutes(serve, { accounts, ...rest });
}

function ownRoutes(serve: Serve, { db, own, accounts, sessions, limit }: Omit<PeopleRoutesOptions, 'people'>): void {
  serve(routes.getAccount, (_request, call) => own.read(personOfCall(call).id, call.sessionToken));
  serve(routes.editAccount, async ({ body }, call) => {
    const { id } = personOfCall(call);
    await own.rename(id, body.name);
    return own.read(id, call.sessionToken);
  });
  serve(routes.changePassword, async ({ body }, call) => {
    const { id } = personOfCall(call);
    // A session left open must not serve to guess the password.
    await limit.begin(`person ${id}`, call.ip);
    await accounts.changePassword(id, body, call.sessionToken);
    await limit.succeed(`person ${id}`, call.ip);
    return own.read(id, call.sessionToken);
  });
  serve(routes.unlinkWay, ({ params }, call) => own.unlink(personOfCall(call).id, params.id));
  serve(routes.signOutEverywhere, async (_request, call) => {
    await sessions.endAll(db, personOfCall(call).id);
    call.clearSession();
  });
}

