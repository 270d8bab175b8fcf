// How a backend is found: FFmpeg as a library first, the `ffmpeg` program else.
import type { CodecBackend } from './backend.ts';
import { openLibrary } from './library.ts';
import { openProgram } from './program.ts';

/** The first of `wanted` that works here, or why none does. */
export async function findBackend(wanted: readonly string[], program: string): Promise<CodecBackend | { name: 'none'; detail: string }> {
  const reasons: string[] = [];
  for (const name of wanted) {
    try {
      if (name === 'node-av') return openLibrary();
      if (name === 'ffmpeg') return await openProgram(program);
    } catch (error) {
      reasons.push(`${name}: ${error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)}`);
    }
  }
  return { name: 'none', detail: reasons.join('; ').slice(0, 400) };
}
