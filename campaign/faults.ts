// A whole recording line, broken again and again at seeded random moments: what each fault has cost. One JSON line a fault, then the sum.
//
//   npm run campaign:faults -- --kind gather|site|live|cut [--faults 100] [--seed 1]
import process from 'node:process';
import { parseArgs } from 'node:util';
import { type FaultKind, faultKinds, openFaultStand, strike } from '../test/e2e/capture/fault.ts';

const { values } = parseArgs({ options: { kind: { type: 'string' }, faults: { type: 'string', default: '100' }, seed: { type: 'string', default: '1' } } });
const kind = faultKinds.find((each) => each === values.kind);
if (kind === undefined) {
  process.stderr.write(`--kind is one of ${faultKinds.join(', ')}\n`);
  process.exit(2);
}
const say = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function run(what: FaultKind, count: number, first: number): Promise<number> {
  const stand = await openFaultStand([what]);
  const sum = { kind: what, faults: 0, bad: 0, recordings: 0, missingPictures: 0, record: 0, upload: 0 };
  const lost: number[] = [];
  try {
    for (let seed = first; seed < first + count; seed++) {
      const result = await strike(stand, what, seed);
      say(result);
      lost.push(...result.lostMillis);
      const isBad = result.faults.length > 0 || result.lostMillis.some((millis) => millis > 1_000);
      sum.faults += 1;
      sum.bad += isBad ? 1 : 0;
      sum[result.phase] += 1;
      sum.recordings += result.recordings;
      sum.missingPictures += result.missingPictures;
    }
  } finally {
    await stand.close();
  }
  lost.sort((a, b) => a - b);
  say({ ...sum, ...(lost.length > 0 ? { medianLostMillis: lost[Math.floor(lost.length / 2)], mostLostMillis: lost.at(-1) } : {}) });
  return sum.bad;
}

process.exit((await run(kind, Number(values.faults), Number(values.seed))) === 0 ? 0 : 1);
