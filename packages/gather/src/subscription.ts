// One consumer's bounded queue on the bus. A consumer that lags is moved on to a keyframe; it never makes others wait.
import { type Unit, sizeOf } from './unit.ts';

export type QueueLimits = {
  /** Beyond this the queue is emptied, and the consumer goes on at the next keyframe. */
  bytes: number;
  /** Beyond this much media the consumer goes on at the newest queued keyframe, if there is one past its own place. */
  seconds: number;
};

export const defaultQueueLimits: QueueLimits = { bytes: 16 * 1024 * 1024, seconds: 5 };

/** What a consumer holds. */
export type Subscription = {
  /** The next unit, or `undefined` when all have been taken. The first one is a start, and so is the first after a gap. */
  take(): Unit | undefined;
  readonly queuedBytes: number;
  /** Units that were left out because the consumer lagged. */
  readonly droppedUnits: number;
  close(): void;
};

export type UnitQueue = {
  put(unit: Unit): void;
  take(): Unit | undefined;
  /** Nothing is taken in until the next start: what comes does not join what was. */
  waitForStart(): void;
  readonly bytes: number;
  readonly length: number;
  readonly droppedUnits: number;
};

/** An empty queue that waits for a start. */
export function createUnitQueue(limits: QueueLimits): UnitQueue {
  // From `head` up to, not including, `tail`; the array stays, for one made anew for each batch would cost more than all the rest.
  let units: (Unit | undefined)[] = [];
  let head = 0;
  let tail = 0;
  let bytes = 0;
  let droppedUnits = 0;
  let isWaiting = true;
  let hasBegun = false;

  const moveTo = (index: number): void => {
    units = units.slice(index, tail);
    tail -= index;
    head = 0;
  };
  const dropTo = (index: number): void => {
    for (let i = head; i < index; i++) bytes -= sizeOf(units[i] as Unit);
    droppedUnits += index - head;
    moveTo(index);
  };
  const trim = (): void => {
    if (spanSeconds(units[head], units[tail - 1]) > limits.seconds) {
      const index = units.findLastIndex((unit, i) => i > head && i < tail && unit?.isStart === true);
      if (index > head) dropTo(index);
    }
    if (bytes > limits.bytes) {
      dropTo(tail);
      isWaiting = true;
    }
  };

  return {
    put(unit) {
      if (isWaiting && !unit.isStart) {
        if (hasBegun) droppedUnits += 1;
        return;
      }
      isWaiting = false;
      hasBegun = true;
      units[tail++] = unit;
      bytes += sizeOf(unit);
      trim();
    },
    take() {
      const unit = units[head];
      if (unit === undefined) return undefined;
      units[head++] = undefined;
      bytes -= sizeOf(unit);
      if (head === tail) head = tail = 0;
      else if (head >= 512) moveTo(head);
      return unit;
    },
    waitForStart() {
      isWaiting = true;
    },
    get bytes() {
      return bytes;
    },
    get length() {
      return tail - head;
    },
    get droppedUnits() {
      return droppedUnits;
    },
  };
}

function spanSeconds(oldest: Unit | undefined, newest: Unit | undefined): number {
  return oldest && newest && oldest.timeline === newest.timeline ? (newest.millis - oldest.millis) / 1000 : 0;
}
