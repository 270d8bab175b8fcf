// The people's rooms joined: accounts, sessions, tokens, the log, ways to sign in.
import type { Config } from '@lubo/config';
import type { Logger } from 'pino';
import { type ApiTokens, createApiTokens } from './api-tokens/api-tokens.ts';
import { type Audit, createAudit } from './audit/audit.ts';
import { type Accounts, createAccounts } from './auth/accounts.ts';
import { type Passwords, createPasswords } from './auth/password.ts';
import { type Sessions, createSessions } from './auth/sessions.ts';
import type { Db } from './db/tables.ts';
import { type OwnAccounts, createOwnAccounts } from './people/account.ts';
import { type People, createPeople } from './people/people.ts';
import { type Repeats, createRepeats } from './repeats/repeats.ts';
import type { Secrets } from './secrets.ts';
import { type Identified, createIdentified } from './sign-in/identified.ts';
import type { Clock } from './time.ts';

export type PersonRooms = Identified & {
  sessions: Sessions;
  accounts: Accounts;
  people: People;
  own: OwnAccounts;
  apiTokens: ApiTokens;
  audit: Audit;
  repeats: Repeats;
};

export type PersonOptions = { db: Db; clock: Clock; log: Logger; secrets: Secrets; config: Config; passwords?: Passwords | undefined };

/** Builds the rooms. */
export function createPersonRooms({ db, clock, log, secrets, config, passwords = createPasswords() }: PersonOptions): PersonRooms {
  const sessions = createSessions(db, clock);
  return {
    sessions,
    accounts: createAccounts({ db, clock, passwords, sessions }),
    people: createPeople(db, sessions),
    own: createOwnAccounts(db, sessions),
    apiTokens: createApiTokens(db, clock),
    audit: createAudit(db, clock),
    repeats: createRepeats({ db, clock, secrets }),
    ...createIdentified({ db, clock, log, secrets, sessions, places: config.site.wechat }),
  };
}
