import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { createEventClients } from './clients.ts';

class FakeResponse extends EventEmitter {
  writableLength = 0;
  text = '';
  write(text: string): void {
    this.text += text;
  }
  end(): void {
    this.emit('close');
  }
  destroy(): void {
    this.emit('close');
  }
}

const asResponse = (fake: FakeResponse): ServerResponse => fake as unknown as ServerResponse;

test('a page that does not read is cut off, the others hear on', () => {
  const clients = createEventClients();
  const [slow, well] = [new FakeResponse(), new FakeResponse()];
  clients.add(asResponse(slow));
  clients.add(asResponse(well));
  slow.writableLength = 300 * 1024;
  clients.send('channel-removed', { id: 'x\ny' });
  assert.equal(clients.count, 1);
  assert.equal(well.text, 'retry: 2000\n\nevent: channel-removed\ndata: {"id":"x\\ny"}\n\n');
});
