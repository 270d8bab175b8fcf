import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { concatBytes } from '../bytes.ts';
import { hex, outcomes } from '../codec/hostile-bytes.ts';
import { ClientHandshake, ServerHandshake } from './handshake.ts';

const c1 = Uint8Array.from({ length: 1536 }, (_, i) => i);
const hello = concatBytes([hex('03'), c1]);

describe('RTMP handshake', () => {
  it('runs between our two ends and gives the rest of the bytes back', () => {
    const client = new ClientHandshake();
    const server = new ServerHandshake();
    const answered = server.receive(client.start());
    assert.deepEqual([answered.next, answered.isDone, answered.send?.length], [1537, false, 3073]);
    const joined = client.receive(concatBytes([answered.send ?? hex(''), hex('aabb')]));
    assert.deepEqual([joined.next, joined.isDone, joined.send?.length], [3073, true, 1536]);
    const done = server.receive(concatBytes([joined.send ?? hex(''), hex('cc')]));
    assert.deepEqual([done.next, done.isDone, done.send], [1536, true, undefined]);
  });

  it('echoes what the other side sent, also the digest form of Flash clients', () => {
    const digest = hello.slice();
    digest.set(hex('80000702'), 5);
    for (const each of [hello, digest]) {
      const { send } = new ServerHandshake().receive(each);
      assert.equal(send?.[0], 3);
      assert.deepEqual(send.subarray(5, 9), hex('00000000'));
      assert.deepEqual(send.subarray(1537), each.subarray(1));
    }
    assert.deepEqual(new ClientHandshake().receive(hello).send, c1);
  });

  it('takes its bytes split at every byte', () => {
    const all = concatBytes([hello, c1, hex('ff')]);
    for (let at = 0; at <= all.length; at++) {
      const server = new ServerHandshake();
      const first = server.receive(all.subarray(0, at));
      const second = first.isDone ? first : server.receive(all.subarray(at));
      assert.equal(first.isDone || second.isDone, true);
      assert.equal((first.isDone ? 0 : at) + second.next, 3073);
      assert.equal([first.send, second === first ? undefined : second.send].filter((sent) => sent !== undefined).length, 1);
    }
  });

  it('knows at the first byte that the peer speaks something else', () => {
    for (const [first, message] of [['47', /version 71 is not 3/], ['06', /RTMPE/], ['00', /version 0 is not 3/]] as const) {
      assert.throws(() => new ServerHandshake().receive(hex(first)), message);
      assert.throws(() => new ClientHandshake().receive(hex(first)), message);
    }
  });

  it('gives a step or a FormatError for 1,000 mutations', () => {
    assert.ok(outcomes(hello, (bytes) => bytes.length > 0 && new ServerHandshake().receive(bytes)).has(true));
  });
});
