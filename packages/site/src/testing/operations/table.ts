// A call of every operation that succeeds, and what it says of an id that nothing has: what tests of every operation begin from.
// An operation that is new must be entered here: the type asks for it, and so does the test.
import { archiveOperations } from './archive.ts';
import { captureOperations } from './capture.ts';
import type { Operation, OperationName } from './operation.ts';
import { peopleOperations } from './people.ts';
import { schoolOperations } from './school.ts';

/** Every operation of the contract. */
export const operations: Record<OperationName, Operation> = {
  ...schoolOperations,
  ...captureOperations,
  ...archiveOperations,
  ...peopleOperations,
};
