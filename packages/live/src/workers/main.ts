// The process of one worker; started by the primary (`primary.ts`), which tells it everything over the process channel.
import process from 'node:process';
import { StartError } from '@lubo/config';
import { pino } from 'pino';
import type { FromWorker, ToWorker } from './messages.ts';
import { type Worker, startWorker } from './worker.ts';

let worker: Promise<Worker> | undefined;
let isStopping = false;

const send = (message: FromWorker): void => {
  // A channel that has just closed is the primary's end, and with it this process's.
  if (process.connected) process.send?.(message, undefined, {}, () => {});
};

const end = (): void => process.exit(0);

function stop(): void {
  if (isStopping) return;
  isStopping = true;
  (worker ?? Promise.resolve(undefined)).then((started) => started?.stop()).then(end, end);
}

process.on('message', (message: ToWorker) => {
  if (message.type === 'begin') {
    const log = pino({ level: message.logLevel, base: { part: 'live', worker: message.slot } });
    worker = startWorker(message, { send }, log);
    worker.catch((error: unknown) => {
      send({ type: 'fault', message: error instanceof Error ? error.message : String(error), isFinal: error instanceof StartError });
    });
  } else if (message.type === 'stop') {
    stop();
  } else {
    worker?.then((started) => started.take(message), () => {});
  }
});
// Ctrl-C reaches the whole group of processes: the primary says when to stop.
process.on('SIGINT', () => {});
process.on('SIGTERM', stop);
