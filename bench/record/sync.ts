// Sound and picture after a long recording over RTSP, against the source: one JSON line a figure.
//
//   npm run bench:sync -- [--seconds 600] [--transport tcp|udp]
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { figureOf, print } from '../figure.ts';
import { recordInStep } from './in-step.ts';

const { values } = parseArgs({ options: { seconds: { type: 'string', default: '600' }, transport: { type: 'string', default: 'tcp' } } });
const folder = mkdtempSync(join(tmpdir(), 'lubo-sync-'));
try {
  const seconds = Number(values.seconds);
  const { start, end, files, recordedMillis } = await recordInStep({ folder, seconds, span: 30, transport: values.transport === 'udp' ? 'udp' : 'tcp' });
  process.stderr.write(`${recordedMillis / 1000} s recorded
`);
  print(figureOf('recording, files', 'files', 1, [files]));
  print(figureOf('recording, sound against picture at the start', 'ms', 40, [Math.abs(start)]));
  print(figureOf('recording, sound against picture at the end', 'ms', 40, [Math.abs(end)]));
} finally {
  rmSync(folder, { recursive: true });
}
