// `npm run dev`: the whole product with its parts restarted when their sources change, and the web served by Vite with
// hot reload on port 5173 (its calls to /api go to the site).
import { spawn } from 'node:child_process';
import { watch } from 'node:fs';
import process from 'node:process';

const [supervisorFile, viteFile] = ['packages/supervisor/src/main.ts', 'node_modules/vite/bin/vite.js'];
let supervisor = startSupervisor();
const vite = spawn(process.execPath, [`../../${viteFile}`], { cwd: 'packages/web', stdio: 'inherit' });

/** Parts start in under a second, so a change of any source restarts all of them: simple, and never half old. */
let pending: NodeJS.Timeout | undefined;
watch('packages', { recursive: true }, (_event, name) => {
  if (name === null || !/^(?!web\/).*\/src\/.*(?<!\.test)\.ts$/.test(name.replaceAll('\\', '/'))) return;
  clearTimeout(pending);
  pending = setTimeout(() => {
    const last = supervisor;
    last.once('close', () => {
      supervisor = startSupervisor();
    });
    last.kill('SIGTERM');
  }, 200);
});

function startSupervisor() {
  return spawn(process.execPath, [supervisorFile, ...process.argv.slice(2)], { stdio: 'inherit' });
}

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    vite.kill('SIGTERM');
    supervisor.removeAllListeners('close');
    supervisor.once('close', () => process.exit(0));
    supervisor.kill('SIGTERM');
  });
}
