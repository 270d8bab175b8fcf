// The link to a site that speaks HTTPS: whose certificates are believed; and what people read when a code is refused.
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { AppError, problemOf } from '@lubo/contract';
import { pino } from 'pino';
import { type FakeSite, startFakeSite } from './fake-site.ts';
import { connectAgent } from './link.ts';

const skip: string | false = spawnSync('openssl', ['version']).status === 0 ? false : 'no openssl program on this machine';
const timing = { firstRetryMillis: 5, longestRetryMillis: 20, refusedRetryMillis: 20 };

function folderFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'lubo-agent-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A site whose certificate nobody knows, and which names another machine. */
async function secretiveSite(t: TestContext): Promise<FakeSite> {
  const folder = folderFor(t);
  const [cert, key] = [join(folder, 'cert.pem'), join(folder, 'key.pem')];
  const newKey = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', key];
  execFileSync('openssl', ['req', '-x509', ...newKey, '-subj', '/CN=lubo.school.example', '-days', '30', '-out', cert], { stdio: 'ignore' });
  return startFakeSite({ cert: readFileSync(cert), key: readFileSync(key) });
}

/** `logged` resolves with the first line of at least this level that has a reason. */
function begin(t: TestContext, site: FakeSite, isOwnMachine: boolean) {
  const lines: { level: number; reason?: string; msg: string }[] = [];
  const waiting: (() => void)[] = [];
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as (typeof lines)[number]);
    for (const look of waiting) look();
  };
  const link = connectAgent({
    kind: 'gather',
    siteUrl: site.url,
    isOwnMachine,
    code: 'a-code-for-tests',
    dataDir: folderFor(t),
    facts: { hostname: '', os: '', ip: '', mac: '', version: '' },
    log: pino({ level: 'debug' }, { write }),
    onState() {},
    report: () => ({ type: 'gather-report', report: { channels: [] } }),
    timing,
  });
  t.after(async () => {
    await link.close();
    await site.close();
  });
  const reasons = (level: number) => lines.filter((line) => line.level >= level && line.reason !== undefined);
  const logged = (level: number): Promise<{ reason?: string; msg: string }> =>
    new Promise((resolve) => {
      const look = (): void => {
        const [found] = reasons(level);
        if (found !== undefined) resolve(found);
      };
      waiting.push(look);
      look();
    });
  return { link, reasons, logged };
}

test('the site of the very machine is taken at its word, whatever its certificate says', { skip }, async (t) => {
  const site = await secretiveSite(t);
  begin(t, site, true);
  assert.equal((await (await site.nextConnection()).next('hello')).kind, 'gather');
  assert.equal(site.enrolments.length, 1);
});

test('a site elsewhere must have a certificate that this machine trusts, or it never learns the code', { skip }, async (t) => {
  const site = await secretiveSite(t);
  const { logged } = begin(t, site, false);
  assert.match((await logged(30)).reason ?? '', /self-signed certificate/);
  assert.equal(site.enrolments.length, 0);
});

test('a used code is one warning that says so, however often it is tried', async (t) => {
  const site = await startFakeSite();
  site.onEnrol = () => ({ status: 403, body: problemOf(new AppError('denied', 'wrong-code', 'no')) });
  const { logged, reasons } = begin(t, site, false);
  const { msg, reason } = await logged(40);
  assert.equal(msg, 'no connection to the site');
  assert.match(reason ?? '', /the site refuses the enrolment code: .*used already/);
  while (site.enrolments.length < 4) await new Promise((resolve) => setTimeout(resolve, 5));
  assert.equal(reasons(40).length, 1);
});
