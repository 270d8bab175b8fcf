// One operation of the contract as tests call it.
import type { ProblemCode, routes } from '@lubo/contract';
import type { CallOptions } from '../site-in-hand.ts';
import type { Stage } from '../stage.ts';

export type OperationName = keyof typeof routes;

export type Operation = {
  /** A fresh call that succeeds, at each time; of an administrator unless it says who calls. */
  good(stage: Stage): CallOptions | Promise<CallOptions>;
  /** Problem of an id in the address that nothing has, or why there is none. */
  absent?: ProblemCode | { reason: string };
};
