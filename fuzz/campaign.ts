// A coverage-guided campaign against one target: inputs that reach code not reached before are kept and mutated on.
// Coverage is V8's own, by block (Chrome DevTools Protocol, Profiler.takePreciseCoverage), of the media core alone.
import { Session } from 'node:inspector';
import type { Profiler } from 'node:inspector';
import { FormatError } from '@lubo/media';
import { mutate, seededRandom } from './mutate.ts';
import type { Target } from './targets.ts';

export type Finding = { target: string; input: Uint8Array; error: Error };
export type Outcome = { runs: number; corpus: number; blocks: number; findings: Finding[] };

/** Inputs are run in batches: asking for coverage costs more than running one. */
const batchSize = 16;
const corpusLimit = 2_000;
/** Different errors told before a target is given up: one fault often shows a thousand times. */
const findingsLimit = 20;

export type CampaignOptions = {
  target: Target;
  seed: number;
  /** Ends it; asked after each batch. */
  isOver: (runs: number) => boolean;
  /** Told before each input, so that a watcher on another thread can save what hangs. */
  onInput?: (input: Uint8Array) => void;
};

/** Runs until `isOver`. The same seed and number of runs give the same inputs. */
export async function campaign({ target, seed, isOver, onInput }: CampaignOptions): Promise<Outcome> {
  const random = seededRandom(seed);
  const corpus = target.seeds();
  const coverage = openCoverage();
  const findings = new Map<string, Finding>();
  const run = async (input: Uint8Array): Promise<void> => {
    onInput?.(input);
    const error = await faultOf(target, input);
    if (error !== undefined) findings.set(`${error.name} ${error.stack?.split('\n')[1] ?? ''}`, { target: target.name, input, error });
  };
  let runs = 0;
  try {
    for (const each of corpus) await run(each);
    coverage.takeNew();
    while (!isOver(runs) && findings.size < findingsLimit) {
      const batch = Array.from({ length: batchSize }, () => mutate(corpus, random));
      for (const input of batch) await run(input);
      runs += batch.length;
      if (coverage.takeNew() === 0 || corpus.length >= corpusLimit) continue;
      // Something in this batch was new; all of it goes on, which is cheaper than finding out which.
      corpus.push(...batch);
    }
  } finally {
    coverage.close();
  }
  return { runs, corpus: corpus.length, blocks: coverage.blocks(), findings: [...findings.values()] };
}

/** The error of an input that is neither a result nor a FormatError. */
export async function faultOf(target: Target, input: Uint8Array): Promise<Error | undefined> {
  try {
    await target.run(input);
    return undefined;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    return error instanceof Error ? error : new Error(`thrown: ${String(error)}`);
  }
}

function openCoverage() {
  const session = new Session();
  session.connect();
  session.post('Profiler.enable');
  session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const seen = new Set<string>();
  return {
    /** How many blocks were entered for the first time since the last call. */
    takeNew(): number {
      const before = seen.size;
      session.post('Profiler.takePreciseCoverage', (error, result) => {
        if (error === null) note(result.result, seen);
      });
      return seen.size - before;
    },
    blocks: () => seen.size,
    close: () => session.disconnect(),
  };
}

function note(scripts: readonly Profiler.ScriptCoverage[], seen: Set<string>): void {
  for (const { url, functions } of scripts) {
    if (!url.includes('/packages/media/src/')) continue;
    for (const { ranges } of functions) {
      for (const { startOffset, endOffset, count } of ranges) if (count > 0) seen.add(`${url}:${startOffset}-${endOffset}`);
    }
  }
}
