// A name that is in use already.
import { AppError, type FieldError } from '@lubo/contract';

/** The conflict, told at the field. */
export function nameTaken(path: string): AppError {
  const fields: FieldError[] = [{ path, message: 'is taken', code: 'taken' }];
  return new AppError('conflict', 'name-taken', 'There is one of this name already.', { fields });
}
