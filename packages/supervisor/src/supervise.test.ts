import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { startParts, timing } from './supervise.ts';

const quick = { ...timing, firstPause: 20, longestPause: 100, kill: 500 };
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lubo-supervise-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A part whose process runs `source`; `tell` in it stands for the message that it is ready. */
function plan(name: string, source: string) {
  const file = join(folder, `${name}.mjs`);
  writeFileSync(file, `const tell = () => process.send({ type: 'ready', facts: { name: '${name}' } });\n${source}`);
  const lines: string[] = [];
  return { name, file, lines, log: { write: (chunk: Buffer | string) => void lines.push(chunk.toString()), close() {} } };
}

const stays = `tell(); setInterval(() => {}, 1000); process.on('SIGTERM', () => process.exit(0)); process.on('disconnect', () => process.exit(0));`;

/** Resolves when a line that the supervisor says matches. */
function listener() {
  const waiting: { pattern: RegExp; resolve: () => void }[] = [];
  const said: string[] = [];
  return {
    said,
    say(line: string) {
      said.push(line);
      for (const each of waiting) if (each.pattern.test(line)) each.resolve();
    },
    heard: (pattern: RegExp) => new Promise<void>((resolve) => void waiting.push({ pattern, resolve })),
  };
}

describe('the supervisor', () => {
  test('is ready when every part is, with what each told', async () => {
    const parts = startParts({ parts: [plan('a', stays), plan('b', stays)], env: process.env, say() {}, timing: quick });
    const facts = await parts.ready;
    assert.deepEqual([...facts.values()].map((each) => String(each['name'])).toSorted(), ['a', 'b']);
    await parts.stop();
  });

  test('starts a killed part again, and the others go on', async () => {
    const heard = listener();
    const counter = join(folder, 'starts');
    const a = plan('a', `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(counter)}, process.pid + '\\n'); ${stays}`);
    const b = plan('b', `import { appendFileSync } from 'node:fs'; appendFileSync(${JSON.stringify(`${counter}-b`)}, 'b'); ${stays}`);
    const readyAgain = Promise.withResolvers<void>();
    const told: unknown[] = [];
    const parts = startParts({
      parts: [a, b],
      env: process.env,
      say: heard.say,
      timing: quick,
      onReadyAgain(name, facts) {
        told.push([name, facts]);
        readyAgain.resolve();
      },
    });
    await parts.ready;
    assert.deepEqual(told, []);
    const again = heard.heard(/a ended \(SIGKILL\)/);
    process.kill(Number(readFileSync(counter, 'utf8').trim()), 'SIGKILL');
    await again;
    await readyAgain.promise;
    while (readFileSync(counter, 'utf8').trim().split('\n').length < 2) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(readFileSync(`${counter}-b`, 'utf8'), 'b');
    assert.deepEqual(told, [['a', { name: 'a' }]]);
    await parts.stop();
  });

  test('pauses longer after each death, up to a bound', async () => {
    const heard = listener();
    const parts = startParts({ parts: [plan('a', 'process.exit(1)')], env: process.env, say: heard.say, timing: quick });
    await heard.heard(/started again in 0\.1 s/);
    assert.deepEqual(
      heard.said.slice(0, 4).map((line) => /again in (.*) s/.exec(line)?.[1]),
      ['0.02', '0.04', '0.08', '0.1'],
    );
    await parts.stop();
  });

  test('ends everything when a part can not start until a setting changes', async () => {
    const a = plan('a', `process.stderr.write('port 1 is in use'); process.exit(78)`);
    const marker = join(folder, 'ended');
    const b = plan('b', `import { writeFileSync } from 'node:fs'; tell(); setInterval(() => {}, 1000); process.on('SIGTERM', () => { writeFileSync(${JSON.stringify(marker)}, 'x'); process.exit(0); });`);
    const parts = startParts({ parts: [b, a], env: process.env, say() {}, timing: quick });
    assert.deepEqual(await parts.failed, { name: 'a', code: 78 });
    assert.match(a.lines.join(''), /port 1 is in use/);
  });

  test('ends once when two parts can not start', async () => {
    let closed = 0;
    const hopeless = (name: string) => {
      const part = plan(name, `process.exit(78)`);
      return { ...part, log: { ...part.log, close: () => void (closed += 1) } };
    };
    const parts = startParts({ parts: [hopeless('a'), hopeless('b')], env: process.env, say() {}, timing: quick });
    assert.equal((await parts.failed).code, 78);
    await parts.stop();
    assert.equal(closed, 2);
  });

  test('ends a part that ignores the request to end', async () => {
    const parts = startParts({
      parts: [plan('deaf', `process.on('SIGTERM', () => {}); tell(); setInterval(() => {}, 1000);`)],
      env: process.env,
      say() {},
      timing: quick,
    });
    await parts.ready;
    await parts.stop();
  });

  test('restarts a part that hangs', async () => {
    const heard = listener();
    const parts = startParts({
      parts: [plan('hung', `tell(); setTimeout(() => { for (;;); }, 5);`)],
      env: process.env,
      say: heard.say,
      timing: { ...quick, hung: 100, look: 50 },
    });
    await heard.heard(/hung does not answer any more/);
    await heard.heard(/hung ended \(SIGKILL\)/);
    assert.ok(heard.said.length >= 2);
    await parts.stop();
  });
});
