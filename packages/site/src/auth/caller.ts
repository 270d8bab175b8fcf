// The person behind a call, for what only people do.
import { AppError, type Person } from '@lubo/contract';

/** Who is signed in. Throws AppError where a program calls, or nobody. */
export function personOfCall(call: { person?: Person | undefined }): Person {
  if (call.person === undefined) throw new AppError('denied', 'not-for-tokens', 'No API token may do this.');
  return call.person;
}
