import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TestContext } from 'node:test';
import { listen } from './events.ts';
import type { EventConnection } from './events.ts';

class ConnectionInHand extends EventTarget implements EventConnection {
  readyState = 0;
  close(): void {
    this.readyState = 2;
  }
  tell(name: string, data: string): void {
    this.dispatchEvent(new MessageEvent(name, { data }));
  }
  opens(): void {
    this.readyState = 1;
    this.dispatchEvent(new Event('open'));
  }
  breaks(isRefused: boolean): void {
    this.readyState = isRefused ? 2 : 0;
    this.dispatchEvent(new Event('error'));
  }
}

/** The page, and whether somebody sees it. */
class PageInHand extends EventTarget {
  hidden = false;
  turn(hidden: boolean): void {
    this.hidden = hidden;
    this.dispatchEvent(new Event('visibilitychange'));
  }
}

const page = new PageInHand();
Object.defineProperty(globalThis, 'document', { value: page, configurable: true });

function listening(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  const connections: ConnectionInHand[] = [];
  const told: string[] = [];
  const open = () => {
    const connection = new ConnectionInHand();
    connections.push(connection);
    return connection;
  };
  const stop = listen(
    {
      onGap: () => told.push('gap'),
      onLost: () => told.push('lost'),
      on: { 'channel-removed': ({ id }) => told.push(`removed ${id}`) },
    },
    open,
  );
  context.after(stop);
  return { connections, told, stop, open };
}

test('a page is told to read on connecting and after each gap, and hears events between', (context) => {
  const { connections, told } = listening(context);
  connections[0]?.opens();
  connections[0]?.tell('channel-removed', '{"id":"a"}');
  connections[0]?.breaks(false);
  connections[0]?.opens();
  assert.deepEqual(told, ['gap', 'removed a', 'lost', 'gap']);
  assert.equal(connections.length, 1);
});

test('a refused connection is made anew, later each time', (context) => {
  const { connections } = listening(context);
  connections[0]?.breaks(true);
  assert.equal(connections.length, 1);
  context.mock.timers.tick(1_250);
  assert.equal(connections.length, 2);
  connections[1]?.breaks(true);
  context.mock.timers.tick(1_250);
  assert.equal(connections.length, 2);
  context.mock.timers.tick(1_250);
  assert.equal(connections.length, 3);
});

test('all listeners share one connection, which closes with the last of them', (context) => {
  const { connections, stop, open } = listening(context);
  connections[0]?.opens();
  const second: string[] = [];
  const stopSecond = listen({ onGap: () => second.push('gap'), on: {} }, open);
  assert.deepEqual([connections.length, second], [1, ['gap']]);
  stop();
  assert.equal(connections[0]?.readyState, 1);
  stopSecond();
  assert.equal(connections[0]?.readyState, 2);
});

test('an event that is not JSON is passed over', (context) => {
  const { connections, told } = listening(context);
  connections[0]?.opens();
  connections[0]?.tell('channel-removed', '{');
  connections[0]?.tell('channel-removed', '{"id":"b"}');
  assert.deepEqual(told, ['gap', 'removed b']);
});

test('a page that nobody sees for 10 s gives its connection back, and reads anew when it is seen again', (context) => {
  const { connections, told } = listening(context);
  context.after(() => page.turn(false));
  connections[0]?.opens();
  page.turn(true);
  context.mock.timers.tick(9_000);
  page.turn(false);
  page.turn(true);
  context.mock.timers.tick(9_000);
  assert.equal(connections[0]?.readyState, 1, 'a look at another tab costs nothing');
  context.mock.timers.tick(1_000);
  assert.equal(connections[0]?.readyState, 2);
  context.mock.timers.tick(600_000);
  assert.equal(connections.length, 1);
  page.turn(false);
  assert.equal(connections.length, 2);
  connections[1]?.opens();
  assert.deepEqual(told, ['gap', 'gap']);
});

test('a page that nobody sees does not try again after a refusal either, and a late listener does not wake it', (context) => {
  const { connections, open } = listening(context);
  context.after(() => page.turn(false));
  page.turn(true);
  connections[0]?.breaks(true);
  context.mock.timers.tick(60_000);
  const count = connections.length;
  context.after(listen({ onGap() {}, on: {} }, open));
  context.mock.timers.tick(600_000);
  assert.equal(connections.length, count);
  page.turn(false);
  assert.equal(connections.length, count + 1);
});
