// The life of a part, in real processes.
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';

const partFile = new URL('part.ts', import.meta.url).href;

test('a part whose supervisor goes while it starts does not stay behind', { timeout: 20_000 }, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-part-'));
  t.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'part.mjs');
  const start = `process.send('starting'); await new Promise((go) => process.once('disconnect', () => setTimeout(go, 50)));`;
  writeFileSync(
    file,
    `import { runPart } from ${JSON.stringify(partFile)};
     setInterval(() => {}, 1000);
     await runPart('a', async () => { ${start} return { close: async () => {} }; });`,
  );
  const child = fork(file, [], { cwd: folder, stdio: 'ignore' });
  t.after(() => child.kill('SIGKILL'));
  await once(child, 'message');
  child.disconnect();
  assert.deepEqual(await once(child, 'exit'), [0, null]);
});
