// One kill of a process that records two channels, and what is there afterwards.
import { join } from 'node:path';
import { endOf, faultsOf, recoverIn, startRecordingProcess, writeStandard } from './recorded.ts';

const clip = new URL('../../../packages/gather/demo/classroom.mp4', import.meta.url).pathname;
const channels = ['channel00001', 'channel00002'].map((id) => ({ id, source: { mode: 'file' as const, path: clip } }));

/** `lostMillis`: from the end of each channel's media to the kill. */
export type Kill = { lostMillis: number[]; files: number; faults: string[] };

/** Records into `dataDir`, kills between one and three seconds after the first fragment may be there, and recovers. */
export async function killOnce(dataDir: string, seed: number): Promise<Kill> {
  const recording = startRecordingProcess({ dataDir, channels, sliceMinutes: 1 });
  await recording.next('ready');
  await recording.next('second');
  await new Promise((resolve) => setTimeout(resolve, 1_000 + (Math.imul(seed, 2_654_435_761) >>> 0) / 2 ** 32 * 2_000));
  const killedAt = Date.now();
  recording.child.kill('SIGKILL');
  await recording.ended;
  const recordings = await recoverIn(dataDir);
  const slices = recordings.store.finished();
  const faults: string[] = [];
  for (const { id } of slices) {
    const path = join(dataDir, `${id}.standard.mp4`);
    await writeStandard(recordings, id, path);
    const fault = faultsOf(path);
    if (fault !== '') faults.push(fault);
  }
  const lostMillis = channels.map(({ id }) => killedAt - Math.max(...slices.filter(({ channelId }) => channelId === id).map(endOf)));
  await recordings.close();
  return { lostMillis, files: slices.length, faults };
}
