// `npm run fuzz`: a coverage-guided campaign against every parser, 30 s each; what is found is kept in fuzz/findings,
// which `npm test` tries again for ever. `npm run fuzz -- --target mp4 --seconds 600 --seed 7`
import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import { campaign } from './campaign.ts';
import { targets } from './targets.ts';

type Job = { target: string; seconds: number; seed: number; current: SharedArrayBuffer };
type Told = { runs: number; corpus: number; blocks: number; findings: { message: string; file: string }[] };

const folder = join(import.meta.dirname, 'findings');
const inputLimit = 256 * 1024;
/** One input may take this long; a parser that needs more hangs. */
const hangMillis = 10_000;

if (isMainThread) await main();
else await work(workerData as Job);

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: { target: { type: 'string' }, seconds: { type: 'string', default: '30' }, seed: { type: 'string', default: '1' } },
  });
  const wanted = targets.filter(({ name }) => values.target === undefined || name === values.target);
  if (wanted.length === 0) throw new Error(`no target "${values.target}"; there are ${targets.map(({ name }) => name).join(', ')}`);
  let found = 0;
  for (const { name } of wanted) {
    const told = await watch({ target: name, seconds: Number(values.seconds), seed: Number(values.seed), current: new SharedArrayBuffer(8 + inputLimit) });
    found += told.findings.length;
    process.stdout.write(`${JSON.stringify({ target: name, ...told })}\n`);
  }
  process.exitCode = found === 0 ? 0 : 1;
}

/** Runs a campaign on a thread of its own and ends it when an input hangs: that input is a finding too. */
function watch(job: Job): Promise<Told> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(new URL(import.meta.url), { workerData: job, resourceLimits: { maxOldGenerationSizeMb: 1024 } });
    const [counter] = [new Int32Array(job.current, 0, 2)];
    let last = -1;
    const timer = setInterval(() => {
      const now = Atomics.load(counter, 0);
      if (now === last) {
        clearInterval(timer);
        const input = new Uint8Array(job.current, 8, Atomics.load(counter, 1)).slice();
        void worker.terminate();
        resolve({ runs: now, corpus: 0, blocks: 0, findings: [{ message: `no end within ${hangMillis / 1000} s`, file: keep(job.target, input) }] });
      }
      last = now;
    }, hangMillis);
    worker.once('message', (told: Told) => {
      clearInterval(timer);
      resolve(told);
    });
    worker.once('error', reject);
  });
}

async function work({ target: name, seconds, seed, current }: Job): Promise<void> {
  const target = targets.find((each) => each.name === name);
  if (target === undefined) return;
  const counter = new Int32Array(current, 0, 2);
  const bytes = new Uint8Array(current, 8);
  const end = performance.now() + seconds * 1000;
  const outcome = await campaign({
    target,
    seed,
    isOver: () => performance.now() > end,
    onInput(input) {
      bytes.set(input.subarray(0, inputLimit));
      Atomics.store(counter, 1, Math.min(input.length, inputLimit));
      Atomics.add(counter, 0, 1);
    },
  });
  const findings = outcome.findings.map(({ input, error }) => ({ message: error.stack ?? error.message, file: keep(name, input) }));
  const told: Told = { runs: outcome.runs, corpus: outcome.corpus, blocks: outcome.blocks, findings };
  parentPort?.postMessage(told);
}

/** Writes an input where the tests find it; its name. */
function keep(target: string, input: Uint8Array): string {
  mkdirSync(folder, { recursive: true });
  const file = `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}.bin`;
  writeFileSync(join(folder, file), input);
  return file;
}
