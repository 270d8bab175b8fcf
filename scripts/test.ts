// Runs every test, two files at a time (more of those that mostly wait): beside the sources first, then foreign programs, then whole installations.
// `npm test -- live` runs only the files whose path contains "live". Ends with one line: N passed, N failed, N skipped.
import { once } from 'node:events';
import { globSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { run } from 'node:test';
import { type TestEvent, spec } from 'node:test/reporters';

// Two hundred processes read the same sources: what one has compiled the next takes.
process.env['NODE_COMPILE_CACHE'] ??= join(import.meta.dirname, '..', 'node_modules', '.cache', 'compiled');

const wanted = process.argv.slice(2);
const isWanted = (path: string): boolean => wanted.length === 0 || wanted.some((word) => path.includes(word));

// They do little but wait for lessons to pass.
const patient = 'test/e2e/capture/*.test.ts';

const stages = [
  { name: 'beside the sources', files: globSync('packages/*/src/**/*.test.ts'), fileMillis: 120_000 },
  { name: 'the whole repository', files: globSync('test/*.test.ts'), fileMillis: 120_000 },
  { name: 'foreign programs', files: globSync('test/peers/**/*.test.ts'), fileMillis: 300_000 },
  { name: 'end to end', files: globSync('test/e2e/**/*.test.ts', { exclude: [patient] }), fileMillis: 600_000, concurrency: 3 },
  { name: 'whole lessons, end to end', files: globSync(patient), fileMillis: 600_000, concurrency: 4 },
];

const counts = { passed: 0, failed: 0, skipped: 0 };
const failures: string[] = [];
const skips: string[] = [];

for (const stage of stages) {
  const files = stage.files.filter(isWanted).toSorted();
  if (files.length === 0) continue;
  process.stdout.write(`\n# ${stage.name}: ${files.length} files\n`);
  const start = performance.now();
  await runStage(files, stage.fileMillis, stage.concurrency);
  process.stdout.write(`# ${stage.name}: ${((performance.now() - start) / 1000).toFixed(0)} s\n`);
}

for (const skip of skips) process.stdout.write(`skipped: ${skip}\n`);
for (const failure of failures) process.stdout.write(`FAILED: ${failure}\n`);
if (counts.passed + counts.failed === 0) {
  process.stdout.write('no test was run\n');
  process.exitCode = 1;
}
process.stdout.write(`\n${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped\n`);
if (counts.failed > 0) process.exitCode = 1;

/** Each file is a run of its own, for only so a file that hangs can be ended: it fails by its name, and the others go on. */
async function runStage(files: readonly string[], fileMillis: number, concurrency = 2): Promise<void> {
  const reporter = new spec();
  reporter.pipe(process.stdout, { end: false });
  const waiting = [...files];
  const work = async (): Promise<void> => {
    for (let file = waiting.shift(); file !== undefined; file = waiting.shift()) {
      // What a file says stays together.
      for (const event of await eventsOf(file, fileMillis)) reporter.write(event);
    }
  };
  await Promise.all(Array.from({ length: concurrency }, work));
  reporter.end();
  await once(reporter, 'end');
}

async function eventsOf(file: string, fileMillis: number): Promise<TestEvent[]> {
  const events: TestEvent[] = [];
  for await (const event of run({ files: [file], signal: AbortSignal.timeout(fileMillis) }) as AsyncIterable<TestEvent>) {
    count(event);
    // The sums of one file are of no interest.
    if (event.type !== 'test:summary' && !(event.type === 'test:diagnostic' && event.data.file === undefined)) events.push(event);
  }
  return events;
}

function count(event: TestEvent): void {
  if (event.type !== 'test:pass' && event.type !== 'test:fail') return;
  const { name, file, line, details } = event.data;
  const isSuite = details.type === 'suite';
  if (event.type === 'test:fail') {
    // A suite fails of itself where what clears up after it does.
    if (isSuite && failureTypeOf(event.data.details.error) === 'subtestsFailed') return;
    counts.failed++;
    failures.push(`${file ?? ''}:${line ?? ''} ${name}`);
  } else if (event.data.skip !== undefined) {
    counts.skipped++;
    skips.push(`${name}: ${String(event.data.skip)}`);
  } else if (!isSuite) counts.passed++;
}

function failureTypeOf(error: unknown): unknown {
  return error instanceof Error && 'failureType' in error ? error.failureType : undefined;
}
