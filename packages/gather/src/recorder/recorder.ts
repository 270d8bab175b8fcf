// The recorder of one channel: what is wanted now, and lessons that are still on their way to their last keyframe.
import type { Logger } from 'pino';
import type { Bus } from '../bus.ts';
import { LessonRecording } from './lesson-recording.ts';
import type { RecorderSurroundings } from './surroundings.ts';
import type { RecordWish } from './wish.ts';

export type RecorderOptions = {
  channelId: string;
  bus: Bus;
  surroundings: RecorderSurroundings;
  log: Logger;
  /** `isRecording` or `lessonId` has changed. */
  onChange(): void;
};

export type Recorder = {
  /** The same lesson again goes on; another one begins at the keyframe before, while the old one runs to the one after. */
  record(wish: RecordWish | undefined): void;
  /** The source gives nothing more until it begins anew. */
  sourceLost(detail: string): void;
  readonly isRecording: boolean;
  readonly lessonId: string | undefined;
  /** Ends what is being written; resolves when it is on the disk. `closing`: the gather goes down. */
  stop(why: 'switched-off' | 'closing'): Promise<void>;
};

/** Nothing is recorded until `record`. */
export function createRecorder(options: RecorderOptions): Recorder {
  const ending = new Map<LessonRecording, Promise<void>>();
  let current: LessonRecording | undefined;

  const end = (recording: LessonRecording): void => {
    ending.set(recording, recording.end().finally(() => ending.delete(recording)));
  };
  return {
    record(wish) {
      if (wish && current?.wish.lessonId === wish.lessonId) {
        current.change(wish);
        return;
      }
      if (current) end(current);
      current = wish && new LessonRecording({ ...options, wish });
      options.onChange();
    },
    sourceLost(detail) {
      for (const recording of [current, ...ending.keys()]) recording?.sourceLost(detail);
    },
    get isRecording() {
      return current?.isWriting ?? false;
    },
    get lessonId() {
      return current?.wish.lessonId;
    },
    async stop(why) {
      const interrupted = current?.interrupt(why === 'closing' ? 'gather-down' : 'stopped');
      current = undefined;
      for (const recording of ending.keys()) recording.sourceLost('');
      await Promise.all([interrupted, ...ending.values()]);
    },
  };
}
