// The codec worker's process: finds FFmpeg, works off what the gather sends, ends with its channel.
// Arguments: backends to try, in order, with commas between; the `ffmpeg` program.
import process from 'node:process';
import type { AacFrame, FromWorker, ToWorker } from '../messages.ts';
import { findBackend } from './choice.ts';
import { type Transcoder, openTranscoder } from './transcoder.ts';

const [backends = '', program = 'ffmpeg'] = process.argv.slice(2);

// A gather that was killed leaves nothing behind.
process.on('disconnect', () => process.exit(0));
// Ctrl-C in a terminal reaches the whole group; the gather says when to end.
process.on('SIGINT', () => {});

const send = (message: FromWorker): void => {
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};

const found = await findBackend(backends.split(','), program);
const sounds = new Map<number, Transcoder>();
/** Frames made while one message is worked off go back together. */
let frames: AacFrame[] = [];
const sendFrames = (): void => {
  if (frames.length > 0) send({ type: 'sound-frames', frames });
  frames = [];
};

function receive(message: ToWorker): void {
  switch (message.type) {
    case 'ping':
      send({ type: 'pong', rssBytes: process.memoryUsage.rss() });
      break;
    case 'work':
      void work(message);
      break;
    case 'sound-open':
      openSound(message);
      break;
    case 'sound-bytes': {
      let bytes = 0;
      for (const { sound, at, data } of message.batch) {
        bytes += data.length;
        putSound(sound, at, data);
      }
      sendFrames();
      send({ type: 'sound-taken', bytes });
      break;
    }
    case 'sound-close':
      sounds.get(message.sound)?.close();
      sounds.delete(message.sound);
      break;
  }
}

async function work({ id, work: wanted }: ToWorker & { type: 'work' }): Promise<void> {
  if (found.name === 'none') return;
  try {
    if (wanted.kind === 'picture') send({ type: 'done', id, ...(await found.pictures(wanted)) });
    else send({ type: 'done', id, pictures: [], sheet: await found.sheet(wanted) });
  } catch (error) {
    send({ type: 'failed', id, detail: (error instanceof Error ? error.message : String(error)).slice(0, 400) });
  }
}

/** An encoder that fails takes its own sound along, no other. */
function putSound(sound: number, at: number, data: Uint8Array): void {
  try {
    sounds.get(sound)?.put(at, data);
  } catch (error) {
    failSound(sound, error instanceof Error ? error.message : String(error));
  }
}

function failSound(sound: number, detail: string): void {
  sounds.get(sound)?.close();
  sounds.delete(sound);
  send({ type: 'sound-failed', sound, detail: detail.slice(0, 400) });
}

function openSound({ sound, format }: ToWorker & { type: 'sound-open' }): void {
  if (found.name === 'none') return;
  const transcoder = openTranscoder(sound, format, found, {
    onFrames(more) {
      if (frames.length === 0) setImmediate(sendFrames);
      frames.push(...more);
    },
    onFail: (detail) => failSound(sound, detail),
  });
  sounds.set(sound, transcoder);
}

process.on('message', (message) => receive(message as ToWorker));
send({ type: 'ready', backend: found.name, detail: found.detail });
