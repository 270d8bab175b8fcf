import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
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

test('a character that is cut in two by the pipe stays whole', () => {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-log-'));
  const log = openPartLog('site', join(folder, 'site.log'), () => {});
  for (const byte of Buffer.from('{"level":30,"msg":"录播"}\n')) log.write(Buffer.of(byte));
  log.close();
  assert.equal(readFileSync(join(folder, 'site.log'), 'utf8'), '{"level":30,"msg":"录播"}\n');
  rmSync(folder, { recursive: true });
});

test('a full disk costs lines of the log, is told once, and nothing else happens', { skip: existsSync('/dev/full') ? false : 'needs /dev/full' }, () => {
  const loud: string[] = [];
  const log = openPartLog('live', '/dev/full', (line) => loud.push(line));
  log.write('{"level":30,"msg":"listening"}\n{"level":40,"msg":"closed"}\n');
  log.write('{"level":30,"msg":"listening"}\n');
  log.close();
  log.close();
  assert.match(loud[0] ?? '', /live: the log can not be written: ENOSPC/);
  assert.deepEqual(loud.slice(1), ['live: closed']);
});
