// Records the demo clip, played by GStreamer's RTSP server, as a gather does: how far sound and picture of the file are apart from the clip's.
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { recoverIn, startRecordingProcess, writeStandard } from '../../test/e2e/record/recorded.ts';
import { serveRtsp } from '../../test/peers/rtsp-shell.ts';
import { median } from '../figure.ts';
import { soundBehindPicture } from './lamp-and-beep.ts';

const clip = new URL('../../packages/gather/demo/classroom.mp4', import.meta.url).pathname;
const clipSeconds = 32;

/** What the pipeline needs beside the RTSP server. */
export const inStepElements = ['qtdemux', 'h264parse', 'aacparse', 'rtph264pay', 'rtpmp4gpay'];

/** ms by which sound moved against the picture; `files`: slices that the recording has, one when nothing broke. */
export type InStep = { start: number; end: number; files: number; recordedMillis: number };

/** Records for `seconds` into `folder`, and measures `span` seconds at both ends of the file. */
export async function recordInStep({ folder, seconds, span, transport }: { folder: string; seconds: number; span: number; transport: 'tcp' | 'udp' }): Promise<InStep> {
  const long = join(folder, 'long.mp4');
  const loops = Math.ceil((seconds + 20) / clipSeconds) - 1;
  execFileSync('ffmpeg', ['-v', 'error', '-nostdin', '-stream_loop', String(loops), '-i', clip, '-c', 'copy', long]);
  const video = 'd.video_0 ! queue ! h264parse ! rtph264pay name=pay0 pt=96 config-interval=-1';
  const server = await serveRtsp(`filesrc location=${long} ! qtdemux name=d ${video} d.audio_0 ! queue ! aacparse ! rtpmp4gpay name=pay1 pt=97`);
  const source = { mode: 'pull', url: `rtsp://127.0.0.1:${server.port}/stream`, user: '', password: '', transport } as const;
  const dataDir = join(folder, 'gather');
  const recording = startRecordingProcess({ dataDir, channels: [{ id: 'channel00001', source }] });
  await recording.next('ready');
  await setTimeout(seconds * 1000);
  recording.child.kill('SIGTERM');
  await recording.ended;
  await server.close();
  return measure(dataDir, long, span);
}

async function measure(dataDir: string, long: string, span: number): Promise<InStep> {
  const recordings = await recoverIn(dataDir);
  const slices = recordings.store.finished();
  const [slice] = slices;
  if (slice === undefined) throw new Error('nothing was recorded');
  const path = join(dataDir, 'standard.mp4');
  await writeStandard(recordings, slice.id, path);
  await recordings.close();
  const own = median(await soundBehindPicture(long, 0, clipSeconds));
  const at = async (from: number): Promise<number> => median(await soundBehindPicture(path, from, span)) - own;
  const { durationMillis: recordedMillis } = slice;
  return { start: await at(0), end: await at(recordedMillis / 1000 - span), files: slices.length, recordedMillis };
}
