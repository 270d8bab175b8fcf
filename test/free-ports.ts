// Ports for programs that must be told theirs. Below the range that the system hands out by itself, so that no outgoing connection takes one
// between the look and the use, and each test process searches a hundred of its own, so that two that run side by side never meet.
import { once } from 'node:events';
import { createServer } from 'node:net';
import process from 'node:process';

const first = 10_000;
const perProcess = 100;
const start = first + (process.pid % 220) * perProcess;
let taken = 0;

/** So many ports that nothing listens on, and that this process was not given lately. */
export async function freePorts(count: number): Promise<number[]> {
  const found: number[] = [];
  for (let looks = 0; found.length < count; looks++) {
    if (looks === perProcess) throw new Error(`no ${count} free ports from ${start} to ${start + perProcess - 1}`);
    const port = start + (taken++ % perProcess);
    if (await isFree(port)) found.push(port);
  }
  return found;
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  try {
    await once(server.listen(port, '0.0.0.0'), 'listening');
  } catch {
    return false;
  }
  server.close();
  await once(server, 'close');
  return true;
}
