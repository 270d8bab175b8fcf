// Lighthouse's judgement of the pages: a phone of the middle class on a slow mobile network, as its default profile has it. It is
// 185 MB of packages, so it is no part of the project: npm puts it into the temporary folder once.
// Its factor of 4 makes such a phone of a fast desktop (benchmark index 1500 to 2000); here it is reckoned from this machine's index in the
// run before. A run in which the machine turned out to be another quarter faster or slower than that was no such phone, and is repeated.
import { execFile, execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { promisify } from 'node:util';
import { median } from '../figure.ts';

const version = '13.5.0';
/** Chromium now and then begins its trace too late; Lighthouse says so and asks to be run again. */
const mostTries = 3;
const traceMissed = /NO_NAVSTART|NO_TRACING_STARTED/;
const categories = ['performance', 'accessibility', 'best-practices'] as const;

type Report = {
  environment: { benchmarkIndex: number };
  categories: Record<string, { score: number | null; auditRefs: { id: string; weight: number }[] }>;
  audits: Record<string, { score: number | null; scoreDisplayMode: string; title: string; displayValue?: string }>;
};

/** What its factor of 4 is meant for, divided by it: the index of the phone. */
const phoneIndex = 1750 / 4;

/** How far the factor may be from what the run's own index asks for, and how many runs may be repeated for each that counts. */
const steadiness = 1.25;
const mostRepeats = 3;

/** Medians of several runs, and what each was made of; `unsteady` were repeated; `short` names what took points in the last one. */
export type Judgement = { page: string; scores: Record<(typeof categories)[number], number>; samples: number[]; slowdowns: number[]; indexes: number[]; unsteady: number; short: string[] };

/** Installs it where it is not yet; the path of its program. */
export function getLighthouse(): string {
  const folder = join(tmpdir(), `lubo-lighthouse-${version}`);
  const program = join(folder, 'node_modules', 'lighthouse', 'cli', 'index.js');
  if (!existsSync(program)) {
    mkdirSync(folder, { recursive: true });
    execFileSync('npm', ['install', '--prefix', folder, '--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error', `lighthouse@${version}`], { stdio: 'inherit', shell: process.platform === 'win32' });
  }
  return program;
}

/** Judges the page at `url` `runs` times; the run before these tells how fast the machine is and warms the site. `reportsDir` takes Lighthouse's own reports. */
export async function judge(program: string, page: string, url: string, runs: number, reportsDir?: string): Promise<Judgement> {
  const reports: Report[] = [];
  const slowdowns: number[] = [];
  let unsteady = 0;
  let before = await lookOnce(program, url, 4);
  while (reports.length < runs) {
    const slowdown = slowdownFor(before);
    const report = await lookOnce(program, url, slowdown);
    before = report;
    const apart = slowdown / slowdownFor(report);
    if (Math.max(apart, 1 / apart) > steadiness && unsteady < mostRepeats * runs) {
      unsteady += 1;
      continue;
    }
    reports.push(report);
    slowdowns.push(slowdown);
    if (reportsDir !== undefined) writeFileSync(join(reportsDir, `${page}-${reports.length}.json`), JSON.stringify(report));
  }
  const scoreOf = (report: Report, category: string): number => Math.round((report.categories[category]?.score ?? 0) * 100);
  const scores = Object.fromEntries(categories.map((category) => [category, median(reports.map((report) => scoreOf(report, category)))])) as Judgement['scores'];
  const indexes = reports.map(({ environment }) => Math.round(environment.benchmarkIndex));
  return { page, scores, samples: reports.map((report) => scoreOf(report, 'performance')), slowdowns, indexes, unsteady, short: shortcomings(reports.at(-1)) };
}

/** The factor that makes the phone of a machine as fast as it was in this run. */
function slowdownFor({ environment }: Report): number {
  return Math.round(Math.min(4, Math.max(1, environment.benchmarkIndex / phoneIndex)) * 10) / 10;
}

async function lookOnce(program: string, url: string, slowdown: number, tries = 1): Promise<Report> {
  const path = join(tmpdir(), `lubo-lighthouse-${process.pid}.json`);
  const flags = ['--headless=new', '--accept-lang=zh-CN,zh', '--no-first-run', '--autoplay-policy=no-user-gesture-required', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
  const args = [program, url, '--quiet', '--output=json', `--output-path=${path}`, `--only-categories=${categories.join(',')}`, '--no-enable-error-reporting', `--throttling.cpuSlowdownMultiplier=${slowdown}`, `--chrome-flags=${flags.join(' ')}`];
  try {
    await promisify(execFile)(process.execPath, args, { timeout: 180_000, maxBuffer: 16 * 1024 * 1024 });
    return JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch (error) {
    if (tries === mostTries || !traceMissed.test(String(error))) throw error;
    return await lookOnce(program, url, slowdown, tries + 1);
  } finally {
    rmSync(path, { force: true });
  }
}

function shortcomings(report: Report | undefined): string[] {
  if (report === undefined) return [];
  const refs = categories.flatMap((category) => report.categories[category]?.auditRefs ?? []);
  return refs.flatMap(({ id, weight }) => {
    const audit = report.audits[id];
    return audit === undefined || audit.score === null || audit.score >= 0.9 || (weight === 0 && audit.score >= 0.5) ? [] : [`${id} (${weight}): ${audit.displayValue ?? audit.title}`];
  });
}
