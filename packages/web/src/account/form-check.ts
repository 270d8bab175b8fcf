// What is wrong with the account forms before they are sent, as keys of the messages. Pure.

export type Account = { name: string; password: string };
export type NewAccount = Account & { again: string; code: string };
export type FieldFaults<Form> = Partial<Record<keyof Form, string>>;

/** Faults of the sign-in form; an empty object when it may be sent. */
export function checkSignIn({ name, password }: Account): FieldFaults<Account> {
  return {
    ...(name.trim() === '' ? { name: 'account.nameNeeded' } : {}),
    ...(password === '' ? { password: 'account.passwordNeeded' } : {}),
  };
}

/** Faults of the set-up form; the bounds are the contract's `Password`. */
export function checkSetUp({ name, password, again, code }: NewAccount): FieldFaults<NewAccount> {
  return {
    ...checkSignIn({ name, password }),
    ...(password !== '' && password.length < 8 ? { password: 'account.passwordShort' } : {}),
    ...(password.length >= 8 && password !== again ? { again: 'account.passwordDiffers' } : {}),
    ...(code.trim() === '' ? { code: 'account.codeNeeded' } : {}),
  };
}

/** Where to go after signing in: the address asked for when it is one of this site's, else the front page. */
export function safeTarget(next: unknown): string {
  return typeof next === 'string' && /^\/(?![/\\])/.test(next) ? next : '/';
}
