// Runs before start, dev, check, test and bench, on whatever Node ≥ 20 is there and without any package: installs what
// the lock file says when it has changed, builds the web when its sources have changed, and for tests gets their programs.
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { prepareTestPrograms } from './test-programs.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const purpose = process.argv[2] ?? 'start';
const isWhole = purpose !== 'start';

function fail(message) {
  process.stderr.write(`lubo: ${message}\n`);
  process.exit(1);
}

function run(command, args, options = {}) {
  const result = spawnSync(command, args, { cwd: root, stdio: 'inherit', shell: process.platform === 'win32', ...options });
  if (result.status !== 0) fail(`"${[command, ...args].join(' ')}" failed${result.error ? `: ${result.error.message}` : ''}`);
}

/** A hash of file names and contents, so that a touched but unchanged file costs nothing. */
function hashOf(paths) {
  const hash = createHash('sha256');
  const add = (path) => {
    const stat = statSync(path);
    if (stat.isDirectory()) {
      for (const name of readdirSync(path).toSorted()) {
        if (name !== 'node_modules' && name !== 'dist' && !name.endsWith('.test.ts')) add(join(path, name));
      }
    } else {
      hash.update(path.slice(root.length)).update('\0').update(readFileSync(path)).update('\0');
    }
  };
  for (const path of paths) add(join(root, path));
  return hash.digest('hex');
}

const readIfThere = (path) => (existsSync(path) ? readFileSync(path, 'utf8') : '');

function installPackages() {
  const stamp = join(root, 'node_modules', '.lubo-installed');
  const wanted = hashOf(['package-lock.json']);
  const [hash, extent] = readIfThere(stamp).split(' ');
  if (hash === wanted && (extent === 'whole' || !isWhole)) return;
  process.stdout.write('lubo: installing packages (once) …\n');
  const npm = process.env.npm_execpath;
  const args = ['ci', '--loglevel=error', '--no-fund', '--no-audit', ...(isWhole ? ['--include=dev'] : ['--omit=dev'])];
  if (npm && /\.[cm]?js$/.test(npm)) run(process.execPath, [npm, ...args], { shell: false });
  else run('npm', args);
  writeFileSync(stamp, `${wanted} ${isWhole ? 'whole' : 'product'}`);
}

/** The environment in which `node` is Node 24: npm scripts have it already, a bare call of this file does not. */
const env = { ...process.env, PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter) };

function checkNode() {
  const result = spawnSync('node', ['--version'], { env, encoding: 'utf8', shell: process.platform === 'win32' });
  const major = Number(/^v(\d+)/.exec(result.stdout ?? '')?.[1] ?? 0);
  if (major < 24) {
    fail(`Node 24 or newer is needed; found ${result.stdout?.trim() || 'none'}. No packaged Node exists for ${process.platform} ${process.arch}: install Node 24 by hand and start again.`);
  }
}

function buildWeb() {
  const dist = join(root, 'packages', 'web', 'dist');
  const stamp = join(dist, '.lubo-built');
  const wanted = hashOf(['packages/web', 'packages/contract/src', 'packages/media/src', 'package-lock.json']);
  if (readIfThere(stamp) === wanted) return;
  process.stdout.write('lubo: building the web pages (once) …\n');
  run('node', [join(root, 'node_modules', 'vite', 'bin', 'vite.js'), 'build', '--logLevel', 'warn'], { cwd: join(root, 'packages', 'web'), env });
  mkdirSync(dist, { recursive: true });
  writeFileSync(stamp, wanted);
}

/**
 * Lets each part load its code and end at once, for want of a settings file of this name: a first start is then as quick
 * and as small as any other. A cache that can't be written costs only that.
 */
function compileParts() {
  const stamp = join(root, 'node_modules', '.cache', 'lubo-code', '.lubo-compiled');
  const wanted = hashOf(['packages', 'package-lock.json']);
  if (readIfThere(stamp) === wanted) return;
  for (const part of ['supervisor', 'site', 'live', 'gather']) {
    // Compiled code is good only for the flags that it was compiled under: those that package.json and the supervisor start it with.
    const flags = part === 'gather' ? ['--max-semi-space-size=8', '--heap-growing-percent=150'] : ['--max-semi-space-size=2'];
    const args = [...flags, '--import', './scripts/code-cache.mjs', `packages/${part}/src/main.ts`];
    const options = { cwd: root, env: { ...env, LUBO_CONFIG: 'only-compiling' }, stdio: 'ignore', shell: process.platform === 'win32' };
    spawnSync('node', args, options);
  }
  if (existsSync(dirname(stamp))) writeFileSync(stamp, wanted);
}

installPackages();
checkNode();
buildWeb();
if (purpose === 'start') compileParts();
if (purpose === 'test') prepareTestPrograms(run);
