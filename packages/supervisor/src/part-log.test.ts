import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openPartLog } from './part-log.ts';

test('every line is kept, and a person sees warnings with their reason and plain error output', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-log-'));
  const loud: string[] = [];
  const log = openPartLog('live', join(folder, 'live.log'), (line) => loud.push(line));
  log.write('{"level":30,"msg":"listening"}\n{"level":40,"msg":"closed","rea');
  log.write('son":"slow"}\nplain words\n');
  log.write('no line end');
  log.close();
  assert.deepEqual(loud, ['live: closed: slow', 'live: plain words', 'live: no line end']);
  assert.equal(
    readFileSync(join(folder, 'live.log'), 'utf8'),
    '{"level":30,"msg":"listening"}\n{"level":40,"msg":"closed","reason":"slow"}\nplain words\nno line end\n',
  );
  rmSync(folder, { recursive: true });
});
