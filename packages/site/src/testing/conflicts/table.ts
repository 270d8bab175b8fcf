// What every operation that changes something may collide with, or why nothing can. Operations that change nothing collide with nothing.
import type { OperationName } from '../operations/operation.ts';
import { archiveConflicts } from './archive.ts';
import { captureConflicts } from './capture.ts';
import type { Conflicts } from './conflict.ts';
import { peopleConflicts } from './people.ts';
import { schoolConflicts } from './school.ts';

/** By operation. */
export const conflicts: Partial<Record<OperationName, Conflicts>> = { ...schoolConflicts, ...captureConflicts, ...archiveConflicts, ...peopleConflicts };
