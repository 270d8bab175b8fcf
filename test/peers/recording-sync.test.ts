// Sound and picture of a recording over RTSP lie to each other as they do at the source (GStreamer, the demo clip's lamp and beep).
// Ten minutes of it: npm run bench:sync.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { inStepElements, recordInStep } from '../../bench/record/in-step.ts';
import { hasFfmpeg } from '../e2e/record/recorded.ts';
import { hasRtspServer } from './rtsp-shell.ts';

const skip = hasFfmpeg && hasRtspServer(inStepElements) ? false : "ffmpeg or GStreamer's RTSP server is not installed";

describe('half a minute is one file, its sound within 40 ms of its picture', { skip, concurrency: true }, () => {
  for (const transport of ['tcp', 'udp'] as const) {
    test(`over ${transport}`, { timeout: 120_000 }, async (t) => {
      const folder = mkdtempSync(join(tmpdir(), 'lubo-sync-'));
      t.after(() => rmSync(folder, { recursive: true }));
      const { start, end, files, recordedMillis } = await recordInStep({ folder, seconds: 30, span: 10, transport });
      assert.equal(files, 1);
      assert.ok(recordedMillis > 20_000, `${recordedMillis} ms were recorded`);
      assert.ok(Math.abs(start) <= 40, `${start} ms at the start`);
      assert.ok(Math.abs(end) <= 40, `${end} ms at the end`);
    });
  }
});
