// AAC by an `ffmpeg` that stays for as long as a run of sound lasts: samples in, ADTS frames out.
import { spawn } from 'node:child_process';
import { readAdtsHeader } from '@lubo/media';
import type { AacEncoder, AacEncoderOptions } from './backend.ts';
import { bitsPerChannel } from './library-aac.ts';

/** Samples that the program has not taken yet: beyond this it hangs. */
const maxWaitingBytes = 1024 * 1024;

/** Frames come when the program has written them. */
export function openProgramAac(program: string, { sampleRate, channels, onFrame, onEnd, onFail }: AacEncoderOptions): AacEncoder {
  const input = ['-probesize', '32', '-analyzeduration', '0', '-f', 's16le', '-ar', String(sampleRate), '-ac', String(channels), '-i', 'pipe:0'];
  const output = ['-c:a', 'aac', '-b:a', String(bitsPerChannel * channels), '-flush_packets', '1', '-f', 'adts', 'pipe:1'];
  const child = spawn(program, ['-hide_banner', '-nostdin', '-loglevel', 'quiet', ...input, ...output], { stdio: ['pipe', 'pipe', 'ignore'], windowsHide: true });
  let isOver = false;
  let isEnding = false;
  let rest = Buffer.alloc(0);
  const over = (fault: string | undefined): void => {
    if (isOver) return;
    isOver = true;
    child.kill('SIGKILL');
    if (fault === undefined) onEnd();
    else onFail(fault);
  };
  child.stdout.on('data', (chunk: Buffer) => {
    if (isOver) return;
    try {
      rest = takeFrames(Buffer.concat([rest, chunk]), onFrame);
    } catch (error) {
      over(`${program}: ${String(error)}`);
    }
  });
  child.stdin.on('error', () => {});
  child.once('error', (error) => over(error.message));
  child.once('close', (code) => over(isEnding && code === 0 ? undefined : `${program} ended with ${code}`));
  return {
    encode(samples) {
      if (isOver) return;
      if (child.stdin.writableLength > maxWaitingBytes) over(`${program} does not keep up with sound`);
      else child.stdin.write(Buffer.from(samples.buffer, samples.byteOffset, samples.byteLength));
    },
    end() {
      isEnding = true;
      child.stdin.end();
    },
    close() {
      isOver = true;
      child.kill('SIGKILL');
    },
  };
}

/** Hands on the whole frames and gives what is left. Throws FormatError for what is no ADTS. */
function takeFrames(bytes: Buffer<ArrayBuffer>, onFrame: (data: Uint8Array) => void): Buffer<ArrayBuffer> {
  let at = 0;
  for (;;) {
    const header = readAdtsHeader(bytes, at);
    if (header === undefined || at + header.frameLength > bytes.length) return bytes.subarray(at);
    onFrame(Uint8Array.from(bytes.subarray(at + header.headerLength, at + header.frameLength)));
    at += header.frameLength;
  }
}
