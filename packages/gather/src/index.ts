// The gather's parts for tests of the whole.
export { type Clock, systemClock } from './clock.ts';
export { createCodecWorker } from './codec-worker/codec-worker.ts';
export { type Gather, type GatherOptions, createGather } from './gather.ts';
export { type Recordings, type RecordingsOptions, openRecordings } from './recorder/recordings.ts';
export type { RecordWish } from './recorder/wish.ts';
export { openSource } from './source/open.ts';
