// A name that is in use already.
import { AppError } from '@lubo/contract';

/** The conflict, told at the field. */
export function nameTaken(path: string): AppError {
  return new AppError('conflict', 'name-taken', 'There is one of this name already.', { fields: [{ path, message: 'is taken', code: 'taken' }] });
}
