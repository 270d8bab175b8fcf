// Finished recordings in memory, for tests: their bytes come from a seed, and nothing is removed that the test does not allow.
import { createHash } from 'node:crypto';
import type { SliceInfo, SliceStore } from '../recorder/slice-store.ts';

export type FakeSlices = SliceStore & {
  add(id: string, bytes: Uint8Array, over?: Partial<SliceInfo>): void;
  bytesOf(id: string): Uint8Array | undefined;
  /** What the disk says to the next reading, if anything. */
  failWith(error: Error | undefined): void;
  readonly opened: number;
};

/** No recording yet; `onRemove` sees what goes. */
export function createFakeSlices(onRemove: (id: string) => void = () => {}): FakeSlices {
  const held = new Map<string, { info: SliceInfo; bytes: Uint8Array }>();
  const listeners = new Set<(slice: SliceInfo) => void>();
  let failure: Error | undefined;
  let opened = 0;
  const refuse = (): void => {
    if (failure !== undefined) throw failure;
  };
  return {
    add(id, bytes, over = {}) {
      const info = { ...plainInfo, id, bytes: bytes.length, startedAt: new Date(Date.UTC(2026, 8, 1) + held.size * 1000).toISOString(), ...over };
      held.set(id, { info, bytes });
      for (const listener of listeners) listener(info);
    },
    bytesOf: (id) => held.get(id)?.bytes,
    failWith: (error) => void (failure = error),
    get opened() {
      return opened;
    },
    finished: () => [...held.values()].map(({ info }) => info),
    onFinished(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    async openStandard(id) {
      refuse();
      const found = held.get(id);
      if (found === undefined) throw new Error('there is no such slice');
      const { bytes } = found;
      opened++;
      return {
        size: bytes.length,
        sha256: async () => createHash('sha256').update(bytes).digest('hex'),
        async *stream(offset) {
          for (let at = offset; at < bytes.length; at += 400) {
            refuse();
            yield bytes.subarray(at, at + 400);
          }
        },
        keyframes: async () => [],
        async close() {
          opened--;
        },
      };
    },
    async remove(id) {
      onRemove(id);
      held.delete(id);
    },
  };
}

const plainInfo: Omit<SliceInfo, 'id' | 'bytes' | 'startedAt'> = {
  channelId: 'channel00001',
  lessonId: 'hand-000000000001',
  kind: 'hand',
  subjectId: null,
  teacherId: null,
  sliceIndex: 0,
  durationMillis: 1000,
  videoCodec: 'h264',
  audioCodec: 'aac',
  width: 640,
  height: 360,
  codecs: 'avc1.64001f,mp4a.40.2',
};
