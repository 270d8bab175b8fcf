// Codec workers made up for tests: each start is kept, with what it was sent; the test says what it answers and when it dies.
import type { ChildEvents, StartChild } from './child.ts';
import type { Backend, FromWorker, ToWorker } from './messages.ts';

export type FakeChild = {
  pid: number;
  sent: ToWorker[];
  isKilled: boolean;
  say(message: FromWorker): void;
  /** The process ends by itself. */
  die(reason: string): void;
};

/** How a worker behaves: its backend, and whether it answers pings. `undefined` backend: it never becomes ready. */
export type FakeHabits = { backend?: Backend; isDeaf?: boolean; rssBytes?: number; onSent?: (child: FakeChild, message: ToWorker) => void };

/** `children` grows with each start; `habits` may be changed between starts. */
export function createFakeChildren(habits: FakeHabits = { backend: 'node-av' }) {
  const children: FakeChild[] = [];
  const start: StartChild = (events: ChildEvents) => {
    let isOver = false;
    const child: FakeChild = {
      pid: children.length + 1,
      sent: [],
      isKilled: false,
      say: (message) => {
        if (!isOver) events.onMessage(message);
      },
      die(reason) {
        if (isOver) return;
        isOver = true;
        events.onEnd(reason);
      },
    };
    children.push(child);
    setImmediate(() => {
      if (habits.backend !== undefined) child.say({ type: 'ready', backend: habits.backend, detail: 'made up' });
    });
    return {
      pid: child.pid,
      send(message) {
        child.sent.push(message);
        habits.onSent?.(child, message);
        if (message.type === 'ping' && habits.isDeaf !== true) setImmediate(() => child.say({ type: 'pong', rssBytes: habits.rssBytes ?? 80e6 }));
      },
      kill() {
        child.isKilled = true;
        setImmediate(() => child.die('SIGKILL'));
      },
    };
  };
  return { start, children, habits };
}
