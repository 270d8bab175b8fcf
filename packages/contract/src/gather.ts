// What administrators may tune of a gather; sent to it as part of its `settings`.
import { z } from 'zod';

const whole = (min: number, max: number) => z.int().min(min).max(max);

/** Bitrates are wishes to cameras, in kbps. */
export const GatherTuning = z.object({
  /** Of what is recorded: a camera's main stream. */
  mainKbps: whole(32, 8192).default(1024),
  /** Of what is played live: a camera's sub stream. */
  subKbps: whole(32, 8192).default(512),
  /** Length of a slice; 0: a lesson is one recording. */
  sliceMinutes: whole(0, 30).default(30),
  /** GOPs with which a slice repeats the end of the one before. */
  overlapGops: whole(0, 3).default(0),
  snapshotMinutes: whole(1, 10).default(2),
  /** Sources that are lost are dialled again by themselves. */
  reconnectsCameras: z.boolean().default(true),
  /** Uploads that fail are tried again by themselves. */
  reconnectsStorage: z.boolean().default(true),
  /** Most that uploads may take of the line; 0: no bound. */
  uploadKbps: whole(0, 1_000_000).default(0),
  parallelUploads: whole(1, 4).default(1),
});
export type GatherTuning = z.infer<typeof GatherTuning>;
