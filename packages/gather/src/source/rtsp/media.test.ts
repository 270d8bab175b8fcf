// What a bad camera may send in RTP: lost, late, doubled, cut up, on new time bases, half of it missing. The video goes on.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { splitNals, ticksToMillis } from '@lubo/media';
import { type ClipPacket, wire } from './clip-packets.ts';
import { type Play, begin, clip, codes, pause, sdp } from './play-camera.ts';

const patient = { silenceMillis: 10_000 };
const pictureTicks = 3600;
const [video, audio] = sdp.media;
const pictures = clip.packets.filter(({ channel }) => channel === 0);
const sounds = clip.packets.filter(({ channel }) => channel === 2);

/** Neighbours change places, every fourth packet. */
function shuffled(packets: readonly ClipPacket[]): ClipPacket[] {
  const out = [...packets];
  for (let i = 0; i + 1 < out.length; i += 4) [out[i], out[i + 1]] = [out[i + 1] as ClipPacket, out[i] as ClipPacket];
  return out;
}

function stepsOf(times: readonly number[]): number[] {
  return times.slice(1).map((at, i) => at - (times[i] ?? 0));
}

test('over UDP, late and doubled datagrams cost nothing', async (t) => {
  const play: Play = (send) => {
    for (const packet of shuffled(clip.packets)) for (let copies = packet.sequence % 5 === 0 ? 2 : 1; copies > 0; copies--) send(packet.channel, wire(packet));
  };
  const seen = await begin(t, { play, transport: 'udp', ...patient });
  await seen.until(() => seen.pictures().length >= 48);
  assert.deepEqual([seen.source.health?.().lostPackets, codes(seen), seen.camera.connections], [0, [], 1]);
  assert.deepEqual(new Set(stepsOf(seen.pictures().map(({ dts }) => dts))), new Set([pictureTicks]));
});

test('over UDP, lost datagrams are counted and the video goes on at the next keyframe', async (t) => {
  const play: Play = (send) => {
    for (const packet of shuffled(clip.packets)) if (packet.channel !== 0 || ![6, 7, 20].includes(packet.sequence)) send(packet.channel, wire(packet));
  };
  const seen = await begin(t, { play, transport: 'udp', ...patient });
  await seen.until(() => seen.pictures().filter(({ isKeyframe }) => isKeyframe).length === 2);
  assert.deepEqual([seen.source.health?.().lostPackets, codes(seen), seen.camera.connections], [3, [], 1]);
  assert.ok(stepsOf(seen.pictures().map(({ dts }) => dts)).every((step) => step > 0));
});

for (const [name, jump] of [['back', -40_000_000], ['ahead', 90_000_000]] as const) {
  test(`a time base that leaps ${name} neither breaks the connection nor the order of decode times`, async (t) => {
    const play: Play = (send) => {
      for (const packet of clip.packets) send(packet.channel, wire(packet, { timestamp: 50_000_000 }));
      const counts = { 0: pictures.length, 2: sounds.length };
      for (const packet of clip.packets) {
        const timestamp = 50_000_000 + jump * (packet.channel === 0 ? 1 : 0.49);
        send(packet.channel, wire(packet, { sequence: counts[packet.channel as 0 | 2], timestamp }));
      }
    };
    const seen = await begin(t, { play, ...patient });
    await seen.until(() => seen.pictures().length >= 92);
    assert.deepEqual([codes(seen), seen.camera.connections, seen.told.tracks.length, seen.source.health?.().lostPackets], [[], 1, 1, 0]);
    const steps = stepsOf(seen.pictures().map(({ dts }) => dts));
    assert.ok(steps.every((step) => step > 0 && step < 90_000), `steps of ${Math.min(...steps)} to ${Math.max(...steps)} ticks`);
  });
}

test('a frame rate that the description tells wrongly changes no time', async (t) => {
  const hurried = { ...sdp, media: [{ ...video!, framesPerSecond: 60 }, audio!] };
  const seen = await begin(t, { sdp: hurried, ...patient });
  await seen.until(() => seen.pictures().length >= 48);
  // Only the decode times before the first picture are spaced by what is told.
  assert.deepEqual(new Set(stepsOf(seen.pictures().map(({ dts }) => dts)).slice(4)), new Set([pictureTicks]));
});

test('parameter sets that change midway are a change of the tracks, told before their pictures', async (t) => {
  const sets = ['Z0LAHtkDxWhAAAADAEAAAAwDxYuS', 'aMuMsg=='].map((set) => new Uint8Array(Buffer.from(set, 'base64')));
  const second = pictures.findIndex(({ payload, sequence }) => sequence > 6 && isKeyframePayload(payload));
  const play: Play = (send) => {
    for (const packet of pictures.slice(0, second)) send(0, wire(packet));
    const at = pictures[second]!;
    sets.forEach((payload, i) => send(0, wire({ ...at, payload, marker: false }, { sequence: i })));
    for (const packet of pictures.slice(second)) send(0, wire(packet, { sequence: sets.length }));
  };
  const seen = await begin(t, { sdp: { ...sdp, media: [video!] }, play, ...patient });
  await seen.until(() => seen.pictures().filter(({ isKeyframe }) => isKeyframe).length === 2 && seen.pictures().length > 40);
  assert.deepEqual([codes(seen), seen.told.tracks.length, seen.told.changes.length, seen.camera.connections], [[], 1, 1, 1]);
  const before = seen.told.tracks[0]?.video;
  const after = seen.told.changes[0]?.video;
  assert.deepEqual([before?.width, after?.width === before?.width], [96, false]);
});

test('parameter sets of the description alone are enough; sets, delimiters and SEI in the stream never become samples', async (t) => {
  const noise = [Uint8Array.of(0x09, 0xf0), Uint8Array.of(0x06, 0x05, 0x01, 0xaa, 0x80), ...clip.parameterSets];
  const play: Play = (send) => {
    let sequence = 0;
    let before: number | undefined;
    for (const packet of pictures) {
      if (packet.timestamp !== before) for (const payload of noise) send(0, wire({ ...packet, sequence: sequence++, payload, marker: false }));
      before = packet.timestamp;
      send(0, wire({ ...packet, sequence: sequence++ }));
    }
  };
  for (const given of [{}, { play }]) {
    const seen = await begin(t, { sdp: { ...sdp, media: [video!] }, ...given, ...patient });
    await seen.until(() => seen.pictures().length >= 48);
    const kinds = new Set(seen.pictures().flatMap(({ data }) => [...splitNals(data, 4)].map((nal) => (nal[0] ?? 0) & 0x1f)));
    assert.deepEqual([kinds, codes(seen), seen.told.changes], [new Set([5, 1]), [], []]);
  }
});

test('slices of one picture are one access unit, though a camera marks each of them as the last', async (t) => {
  for (const isEachMarked of [false, true]) {
    const slice = (first: boolean, isKeyframe: boolean): Uint8Array => Uint8Array.from([isKeyframe ? 0x65 : 0x41, first ? 0x88 : 0x44, 0x84, 0x21, 0xa0]);
    const play: Play = (send) => {
      for (let i = 0, sequence = 0; i < 20; i++) {
        for (let part = 0; part < 4; part++) {
          send(0, wire({ channel: 0, sequence: sequence++, timestamp: i * pictureTicks, marker: isEachMarked || part === 3, payload: slice(part === 0, i === 0) }));
        }
      }
    };
    const seen = await begin(t, { sdp: { ...sdp, media: [video!] }, play, ...patient });
    await seen.until(() => seen.pictures().length >= 15);
    assert.deepEqual(new Set(seen.pictures().map(({ data }) => [...splitNals(data, 4)].length)), new Set([4]));
    assert.deepEqual(codes(seen), []);
  }
});

/** Sends sound as the seconds pass, so that it never falls silent; `more` is called with each. */
function soundAtItsTime(send: Parameters<Play>[0], socket: Parameters<Play>[2], more: (i: number) => void = () => {}): void {
  let i = 0;
  const timer = setInterval(() => {
    const packet = sounds[i % sounds.length]!;
    send(2, wire({ ...packet, sequence: i, timestamp: i * 1024 }));
    more(i++);
  }, 23);
  socket.on('close', () => clearInterval(timer));
}

test('a picture that never comes is dialled for once more, then the sound goes on alone, and that is told', async (t) => {
  const seen = await begin(t, { silenceMillis: 1_000, play: (send, _, socket) => soundAtItsTime(send, socket) });
  await seen.until(() => seen.camera.connections === 2 && seen.told.packets.length > 0);
  await pause(1_200);
  assert.deepEqual([codes(seen), seen.camera.connections], [['source-silent'], 2]);
  assert.deepEqual(Object.keys(seen.told.tracks.at(-1) ?? {}), ['audio']);
  assert.deepEqual(seen.source.health?.().notices.map(({ code }) => code), ['picture-missing']);
});

test('a picture that comes after all takes the notice back', async (t) => {
  const play: Play = (send, connection, socket) => {
    soundAtItsTime(send, socket, (i) => {
      if (connection === 2 && i === 10) for (const packet of pictures) send(0, wire(packet));
    });
  };
  const seen = await begin(t, { play, silenceMillis: 1_000 });
  await seen.until(() => seen.pictures().length > 40);
  assert.deepEqual(seen.source.health?.().notices, []);
});

test('sound that never comes, or stops, does not hold the picture up', async (t) => {
  for (const soundsSent of [0, 20]) {
    const play: Play = (send, _, socket) => {
      for (const packet of sounds.slice(0, soundsSent)) send(2, wire(packet));
      let i = 0;
      const timer = setInterval(() => i < pictures.length && send(0, wire(pictures[i++]!)), 5);
      socket.on('close', () => clearInterval(timer));
    };
    const seen = await begin(t, { play, ...patient });
    await seen.until(() => seen.pictures().length >= 48);
    assert.deepEqual([codes(seen), seen.camera.connections], [[], 1]);
    assert.equal(seen.told.tracks[0]?.audio !== undefined, soundsSent > 0);
  }
});

test('a picture that is lost midway is lost, while its sound was handed on to the end', async (t) => {
  const play: Play = (send, connection, socket) => {
    if (connection === 1) for (const packet of pictures) send(0, wire(packet));
    soundAtItsTime(send, socket);
  };
  const seen = await begin(t, { play, silenceMillis: 1_000 });
  await seen.until(() => seen.told.faults.length > 0);
  const last = seen.told.packets.findLast(({ kind }) => kind === 'audio')!;
  const first = seen.told.packets.find(({ kind }) => kind === 'audio')!;
  assert.ok(ticksToMillis(last.dts - first.dts, 44_100) > 700, 'sound came while the picture stayed away');
  assert.deepEqual(codes(seen), ['source-silent']);
});

test('sound that stops midway is dialled for once; when it stops again the picture goes on, and that is told', async (t) => {
  const play: Play = (send, _, socket) => {
    for (const packet of sounds.slice(0, 20)) send(2, wire(packet));
    let i = 0;
    const timer = setInterval(() => {
      const packet = pictures[i % pictures.length]!;
      const round = Math.floor(i / pictures.length);
      send(0, wire(packet, { sequence: round * pictures.length, timestamp: round * 180_000 }));
      i += 1;
    }, 10);
    socket.on('close', () => clearInterval(timer));
  };
  const seen = await begin(t, { play, silenceMillis: 1_000 });
  await seen.until(() => seen.camera.connections === 2 && seen.source.health?.().notices.length === 1);
  await pause(1_200);
  assert.deepEqual([codes(seen), seen.camera.connections], [['sound-lost'], 2]);
  assert.deepEqual(seen.source.health?.().notices.map(({ code }) => code), ['sound-missing']);
});

function isKeyframePayload(payload: Uint8Array): boolean {
  const type = (payload[0] ?? 0) & 0x1f;
  return type === 5 || (type === 28 && ((payload[1] ?? 0) & 0x9f) === 0x85);
}
