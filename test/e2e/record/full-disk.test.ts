// A real disk that is full: a small tmpfs takes what it can, the recording ends cleanly, and goes on when there is space again.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { type TestContext, test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { faultsOf, hasFfmpeg, recoverIn, startRecordingProcess, writeStandard } from './recorded.ts';
import type { RecordingLine } from '../../../bench/record/recording-process.ts';

const clip = new URL('../../../packages/gather/demo/classroom.mp4', import.meta.url).pathname;
const skip = !hasFfmpeg ? 'there is no ffmpeg' : process.platform !== 'linux' || process.getuid?.() !== 0 ? 'only root of a Linux machine can mount a small disk' : false;

function mountSmallDisk(t: TestContext, megabytes: number): { dataDir: string; disk: string } {
  const dataDir = mkdtempSync(join(tmpdir(), 'lubo-full-'));
  const disk = mkdtempSync(join(tmpdir(), 'lubo-small-'));
  const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'none', disk], { encoding: 'utf8' });
  if (status !== 0) t.skip(`no disk could be mounted: ${stderr}`);
  t.after(() => {
    spawnSync('umount', [disk]);
    rmSync(disk, { recursive: true });
    rmSync(dataDir, { recursive: true });
  });
  return { dataDir, disk };
}

type Second = Extract<RecordingLine, { type: 'second' }>;

async function untilRecording(process_: ReturnType<typeof startRecordingProcess>, channels: number): Promise<void> {
  for (let second = 0; second < 60; second++) {
    const line = (await process_.next('second')) as Second;
    if (line.recording === channels) return;
  }
  assert.fail(`${channels} channels should record`);
}

for (const { what, reserveBytes } of [
  { what: 'with its reserve kept', reserveBytes: 2 * 2 ** 20 },
  { what: 'to its last byte', reserveBytes: 1 },
]) {
  test(`a disk full ${what} ends the recording, keeps every file whole, and takes more when there is space`, { skip, timeout: 180_000 }, async (t) => {
    const { dataDir, disk } = mountSmallDisk(t, 12);
    if (statSync(disk).dev === statSync(dataDir).dev) return;
    const filler = join(disk, 'filler');
    writeFileSync(filler, new Uint8Array(8 * 2 ** 20));
    const channels = ['channel00001', 'channel00002'].map((id) => ({ id, source: { mode: 'file' as const, path: clip } }));
    const recording = startRecordingProcess({ dataDir, channels, folders: [disk], reserveBytes });
    await untilRecording(recording, 2);
    await untilRecording(recording, 0);
    truncateSync(filler, 0);
    await untilRecording(recording, 2);
    await setTimeout(3_000);
    recording.child.kill('SIGTERM');
    await recording.ended;
    const recordings = await recoverIn(dataDir, [disk]);
    t.after(() => recordings.close());
    const slices = recordings.store.finished();
    assert.ok(slices.length >= 4, `${slices.length} slices`);
    for (const { id } of slices) {
      const path = join(dataDir, `${id}.mp4`);
      await writeStandard(recordings, id, path);
      assert.equal(faultsOf(path), '', id);
    }
    for (const { report } of recordings.lessons.pending()) assert.ok(report.gaps.some(({ cause }) => cause === 'disk-full'), JSON.stringify(report.gaps));
  });
}
