// Everything that can be said of the code without running it: types (the pure core apart), lint with types, import rules.
import { spawnSync } from 'node:child_process';
import process from 'node:process';

const checks: readonly [name: string, ...command: string[]][] = [
  ['types of the pure media core', 'tsc', '-p', 'packages/media'],
  ['types of the parts', 'tsc', '-p', '.'],
  ['types of tests and benches', 'tsc', '-p', 'test'],
  ['types of the web', 'vue-tsc', '-p', 'packages/web'],
  ['lint', 'oxlint', '--type-aware', '--deny-warnings', '.'],
  ['import rules', 'node', '--test', '--test-reporter=dot', 'test/architecture.test.ts'],
];

const failed: string[] = [];
for (const [name, command = '', ...args] of checks) {
  const start = performance.now();
  const { status } = spawnSync(command, args, { stdio: 'inherit', shell: process.platform === 'win32' });
  const seconds = ((performance.now() - start) / 1000).toFixed(1);
  process.stdout.write(`${status === 0 ? 'ok    ' : 'FAILED'} ${name} (${seconds} s)\n`);
  if (status !== 0) failed.push(name);
}
process.exit(failed.length === 0 ? 0 : 1);
